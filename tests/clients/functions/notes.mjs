// Keeps a note in a bucket and reads it again: a function as people write it, with an SDK that knows no server but AWS's.
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

const s3 = new S3Client({});

export const handler = async ({ bucket, note }) => {
  await new Upload({ client: s3, params: { Bucket: bucket, Key: "note", Body: note } }).done();
  const kept = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "note" }));
  return { note: await kept.Body.transformToString(), missing: await s3.send(new GetObjectCommand({ Bucket: bucket, Key: "none" })).catch((error) => error.name) };
};
