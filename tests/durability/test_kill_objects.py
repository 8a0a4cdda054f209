"""kill -9 while objects are written: every acknowledged one is there and whole, and nothing is left over."""

import hashlib
import random
import threading

from botocore.exceptions import BotoCoreError, ClientError

from support.wait import until

SIZES = (10, 5_000, 70_000, 300_000, 2_000_000)


def body_of(name, size):
    return random.Random(name).randbytes(size)


class Writers:
    """Threads that go on until the server dies; `acknowledged` has what was answered with success."""

    def __init__(self, hearth, count, work):
        self.acknowledged = {}
        self.attempted = {}
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(hearth, work, number)) for number in range(count)]
        for thread in self._threads:
            thread.start()

    def _run(self, hearth, work, number):
        client = hearth.client("s3", timeout=30)
        turn = 0
        while not self._stop.is_set():
            name = f"w{number}/{turn}"
            turn += 1
            try:
                work(client, self, number, name)
            except (BotoCoreError, ClientError, OSError):
                if self._stop.is_set():
                    return

    def end(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()


def put(client, writers, number, name):
    body = body_of(name, SIZES[int(name.rsplit("/", 1)[1]) % len(SIZES)])
    client.put_object(Bucket="kept", Key=name, Body=body)
    writers.acknowledged[name] = hashlib.sha256(body).hexdigest()


def overwrite(client, writers, number, name):
    body = name.encode() * 20_000
    writers.attempted.setdefault(number, []).append(body)
    client.put_object(Bucket="kept", Key=f"hot/{number}", Body=body)
    writers.acknowledged[number] = len(writers.attempted[number]) - 1


def stored_files(hearth):
    return [path for path in (hearth.data / "blobs").rglob("*") if path.is_file()]


def make_bucket(client):
    client.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})


def test_every_acknowledged_object_is_whole_after_kills(make_hearth):
    hearth = make_hearth().start()
    make_bucket(hearth.client("s3"))
    promised = {}
    for goal in (60, 25, 90):
        writers = Writers(hearth, 8, put)
        until(lambda: len(writers.acknowledged) >= goal, f"{goal} objects")
        hearth.kill()
        writers.end()
        promised.update(writers.acknowledged)
        hearth.start()
        client = hearth.client("s3")
        for key, digest in promised.items():
            assert hashlib.sha256(client.get_object(Bucket="kept", Key=key)["Body"].read()).hexdigest() == digest, key
        assert not [path for path in stored_files(hearth) if path.parent.name == "tmp"]
        # What is listed can be read, acknowledged or not: there is no row without its body.
        for page in client.get_paginator("list_objects_v2").paginate(Bucket="kept"):
            for entry in page.get("Contents", []):
                assert len(client.get_object(Bucket="kept", Key=entry["Key"])["Body"].read()) == entry["Size"]


def test_overwrites_leave_the_last_acknowledged_body_or_a_later_one(make_hearth):
    hearth = make_hearth().start()
    make_bucket(hearth.client("s3"))
    writers = Writers(hearth, 6, overwrite)
    until(lambda: len(writers.acknowledged) == 6 and min(writers.acknowledged.values()) >= 8, "overwrites")
    hearth.kill()
    writers.end()
    client = hearth.start().client("s3")
    for number, last in writers.acknowledged.items():
        body = client.get_object(Bucket="kept", Key=f"hot/{number}")["Body"].read()
        assert body in writers.attempted[number][last:]


def test_nothing_is_left_on_the_disk_when_everything_is_deleted(make_hearth):
    hearth = make_hearth().start()
    make_bucket(hearth.client("s3"))
    writers = Writers(hearth, 8, put)
    until(lambda: len(writers.acknowledged) >= 40, "40 objects")
    hearth.kill()
    writers.end()
    client = hearth.start().client("s3")
    keys = [entry["Key"] for page in client.get_paginator("list_objects_v2").paginate(Bucket="kept") for entry in page.get("Contents", [])]
    for key in keys:
        client.delete_object(Bucket="kept", Key=key)
    until(lambda: not stored_files(hearth), "an empty blob folder")
    hearth.kill()
    client = hearth.start().client("s3")
    assert client.list_objects_v2(Bucket="kept")["KeyCount"] == 0
    client.delete_bucket(Bucket="kept")


def test_an_upload_in_parts_goes_on_after_a_kill(make_hearth):
    hearth = make_hearth().start()
    client = hearth.client("s3")
    make_bucket(client)
    upload = client.create_multipart_upload(Bucket="kept", Key="big")["UploadId"]
    parts = [body_of(f"part{number}", 5 << 20) for number in (1, 2)]
    tags = [client.upload_part(Bucket="kept", Key="big", UploadId=upload, PartNumber=1, Body=parts[0])["ETag"]]
    hearth.kill()
    client = hearth.start().client("s3")
    assert [part["ETag"] for part in client.list_parts(Bucket="kept", Key="big", UploadId=upload)["Parts"]] == tags
    tags.append(client.upload_part(Bucket="kept", Key="big", UploadId=upload, PartNumber=2, Body=parts[1])["ETag"])
    client.complete_multipart_upload(Bucket="kept", Key="big", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": number + 1, "ETag": tag} for number, tag in enumerate(tags)]})
    hearth.kill()
    client = hearth.start().client("s3")
    assert client.get_object(Bucket="kept", Key="big")["Body"].read() == b"".join(parts)
    client.delete_object(Bucket="kept", Key="big")
    until(lambda: not stored_files(hearth), "an empty blob folder")
