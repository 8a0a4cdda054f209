"""Services that Hearth does not have are refused by name, in words that the service's own client can read."""

import botocore.exceptions
import pytest


@pytest.mark.parametrize(
    "service, operation",
    [("dynamodb", "list_tables"), ("sns", "list_topics"), ("route53", "list_hosted_zones"), ("sesv2", "list_email_identities")],
    ids=["json", "query", "xml", "another-that-signs-alike"])
def test_a_service_that_is_not_there_is_refused_in_the_callers_protocol(hearth, service, operation):
    with pytest.raises(botocore.exceptions.ClientError) as refusal:
        getattr(hearth.client(service), operation)()
    error = refusal.value.response["Error"]
    assert error["Code"] == "UnknownService"
    assert hearth.client(service).meta.service_model.signing_name in error["Message"]
