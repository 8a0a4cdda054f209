def test_the_caller_is_the_preloaded_account(hearth):
    assert hearth.client("sts").get_caller_identity()["Account"] == "000000000001"


def test_an_object_comes_back(hearth):
    s3 = hearth.client("s3")
    s3.create_bucket(Bucket="smoke", CreateBucketConfiguration={"LocationConstraint": hearth.region})
    s3.put_object(Bucket="smoke", Key="a/b", Body=b"text")
    assert s3.get_object(Bucket="smoke", Key="a/b")["Body"].read() == b"text"


