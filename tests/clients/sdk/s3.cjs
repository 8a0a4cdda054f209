// Objects: small, streamed, in parts, presigned; listings by the page; errors by their class.
const test = require("node:test");
const assert = require("node:assert");
const { randomBytes } = require("node:crypto");
const { Readable } = require("node:stream");
const s3 = require("@aws-sdk/client-s3");
const { Upload } = require("@aws-sdk/lib-storage");
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const client = new s3.S3Client({ maxAttempts: 1 });
const Bucket = `javascript-${process.pid}`;

test.before(async () => {
  await client.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: process.env.AWS_REGION } }));
  await s3.waitUntilBucketExists({ client, maxWaitTime: 30 }, { Bucket });
});

test.after(async () => {
  for await (const page of s3.paginateListObjectsV2({ client }, { Bucket }))
    if (page.Contents) await client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: page.Contents.map(({ Key }) => ({ Key })) } }));
  await client.send(new s3.DeleteBucketCommand({ Bucket }));
  await s3.waitUntilBucketNotExists({ client, maxWaitTime: 30 }, { Bucket });
});

test("an object comes back as it was put, with its metadata", async () => {
  const Key = "a b/ü+%.txt";
  const put = await client.send(new s3.PutObjectCommand({ Bucket, Key, Body: "hello", ContentType: "text/plain", Metadata: { Kind: "greeting" } }));
  const got = await client.send(new s3.GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }));
  assert.strictEqual(await got.Body.transformToString(), "hello");
  assert.deepStrictEqual([got.ContentType, got.Metadata, got.ETag], ["text/plain", { kind: "greeting" }, put.ETag]);
  const part = await client.send(new s3.GetObjectCommand({ Bucket, Key, Range: "bytes=1-3" }));
  assert.deepStrictEqual([await part.Body.transformToString(), part.ContentRange], ["ell", "bytes 1-3/5"]);
});

test("a stream of known length goes in chunks, each with its part of the checksum", async () => {
  const bytes = randomBytes(300_000);
  for (const ChecksumAlgorithm of ["CRC32", "SHA256"]) {
    const Body = Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]);
    const put = await client.send(new s3.PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: bytes.length, ChecksumAlgorithm }));
    const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "stream", ChecksumMode: "ENABLED" }));
    assert.ok(Buffer.from(await got.Body.transformToByteArray()).equals(bytes));
    assert.ok(got[`Checksum${ChecksumAlgorithm}`]);
    assert.strictEqual(put[`Checksum${ChecksumAlgorithm}`], got[`Checksum${ChecksumAlgorithm}`]);
  }
});

test("a stream of unknown length goes in parts", async () => {
  const bytes = randomBytes(11_000_000);
  const Body = Readable.from((function* () { for (let i = 0; i < bytes.length; i += 65_536) yield bytes.subarray(i, i + 65_536); })());
  const done = await new Upload({ client, params: { Bucket, Key: "parts", Body }, partSize: 5 << 20, queueSize: 3 }).done();
  assert.match(done.ETag, /^"[0-9a-f]{32}-3"$/);
  const got = await client.send(new s3.GetObjectCommand({ Bucket, Key: "parts" }));
  assert.ok(Buffer.from(await got.Body.transformToByteArray()).equals(bytes));
});

test("presigned addresses serve whoever has them, as long as they were made for", async () => {
  const put = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: "presigned" }), { expiresIn: 60 });
  assert.strictEqual((await fetch(put, { method: "PUT", body: "by address" })).status, 200);
  const get = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: "presigned" }), { expiresIn: 60 });
  assert.strictEqual(await (await fetch(get)).text(), "by address");
  assert.strictEqual((await fetch(get.replace("presigned?", "another?"))).status, 403);
  const old = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: "presigned" }), { expiresIn: 60, signingDate: new Date(Date.now() - 120_000) });
  assert.strictEqual((await fetch(old)).status, 403);
});

test("a listing comes in pages, each key once", async () => {
  const keys = ["list/1", "list/2", "list/3", "list/sub/4", "list/sub/5"];
  await Promise.all(keys.map((Key) => client.send(new s3.PutObjectCommand({ Bucket, Key, Body: Key }))));
  const found = [];
  let pages = 0;
  for await (const page of s3.paginateListObjectsV2({ client, pageSize: 2 }, { Bucket, Prefix: "list/" })) {
    ++pages;
    found.push(...page.Contents.map(({ Key }) => Key));
  }
  assert.deepStrictEqual([found, pages], [keys, 3]);
  const folders = await client.send(new s3.ListObjectsV2Command({ Bucket, Prefix: "list/", Delimiter: "/" }));
  assert.deepStrictEqual(folders.CommonPrefixes, [{ Prefix: "list/sub/" }]);
});

test("conditions hold", async () => {
  const put = (more) => client.send(new s3.PutObjectCommand({ Bucket, Key: "once", Body: "1", ...more }));
  const { ETag } = await put({ IfNoneMatch: "*" });
  await assert.rejects(put({ IfNoneMatch: "*" }), { name: "PreconditionFailed" });
  await assert.rejects(client.send(new s3.GetObjectCommand({ Bucket, Key: "once", IfNoneMatch: ETag })), (error) => error.$metadata.httpStatusCode === 304);
});

test("errors have their classes", async () => {
  await assert.rejects(client.send(new s3.GetObjectCommand({ Bucket, Key: "missing" })), s3.NoSuchKey);
  await assert.rejects(client.send(new s3.HeadObjectCommand({ Bucket, Key: "missing" })), s3.NotFound);
  await assert.rejects(client.send(new s3.ListObjectsV2Command({ Bucket: `${Bucket}-missing` })), s3.NoSuchBucket);
  await assert.rejects(client.send(new s3.CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: process.env.AWS_REGION } })),
    s3.BucketAlreadyOwnedByYou);
  await assert.rejects(client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key: "missing", UploadId: "none" })), { name: "NoSuchUpload" });
  await assert.rejects(client.send(new s3.DeleteBucketCommand({ Bucket })), { name: "BucketNotEmpty" });
});
