"""SES: mail is accepted from verified identities, kept bit for bit, and brought to a relay."""

import email
import email.policy
import json
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest

from support.aws import fresh, refused
from support.smtp_relay import Relay, make_certificate
from support.wait import until

RAW = ("From: =?utf-8?q?Hearth_=C3=A4?= <trainer@example.org>\r\nTo: student@example.org\r\nSubject: =?utf-8?B?w6TDtsO8?=\r\nX-Odd:   spaces \r\n"
       "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nline\r\n.dot\r\n..dots\r\nä\r\n\r\nFrom here\r\n").encode()


def listed(hearth):
    return json.loads(hearth.run("hearth", "mail", "list", "--json", "--data", str(hearth.data)).stdout)["mails"]


def shown(hearth, message_id):
    import subprocess
    from support.server import BIN
    done = subprocess.run([BIN / "hearth", "mail", "show", message_id, "--data", hearth.data], capture_output=True, check=True)
    return done.stdout


def state_of(hearth, message_id):
    mail = next(mail for mail in listed(hearth) if mail["id"] == message_id)
    return {recipient["address"]: recipient["state"] for recipient in mail["recipients"]}


@pytest.fixture(scope="module")
def ses(hearth):
    client = hearth.client("ses")
    client.verify_email_identity(EmailAddress="trainer@example.org")
    return client


def test_identities(hearth, ses):
    address = fresh("me") + "@example.org"
    ses.verify_email_identity(EmailAddress=address)
    token = ses.verify_domain_identity(Domain="school.example")["VerificationToken"]
    assert token
    assert {address, "school.example"} <= set(ses.list_identities()["Identities"])
    assert ses.list_identities(IdentityType="Domain")["Identities"] == ["school.example"]
    attributes = ses.get_identity_verification_attributes(Identities=[address, "unknown@example.com"])["VerificationAttributes"]
    assert {name: value["VerificationStatus"] for name, value in attributes.items()} == {address: "Success"}
    ses.delete_identity(Identity=address)
    assert address not in ses.list_identities()["Identities"]
    quota = ses.get_send_quota()
    assert quota["Max24HourSend"] != 0 and quota["SentLast24Hours"] >= 0


def test_a_raw_mail_is_kept_bit_for_bit(hearth, ses):
    sent = ses.send_raw_email(RawMessage={"Data": RAW})["MessageId"]
    assert shown(hearth, sent) == RAW
    mail = next(mail for mail in listed(hearth) if mail["id"] == sent)
    assert (mail["subject"], mail["from"], mail["state"], mail["size"]) == ("äöü", "trainer@example.org", "held", len(RAW))
    assert [recipient["address"] for recipient in mail["recipients"]] == ["student@example.org"]


def test_a_raw_mail_of_bash_and_python_clients(hearth, ses):
    message = MIMEMultipart("mixed")
    message["Subject"], message["From"], message["To"] = "Test score", "trainer@example.org", "a@example.org, B <b@example.org>"
    message.attach(MIMEText("ä " * 600, "plain", "utf-8"))
    data = message.as_string()
    sent = ses.send_raw_email(Source="trainer@example.org", Destinations=["a@example.org", "b@example.org"], RawMessage={"Data": data})["MessageId"]
    assert shown(hearth, sent) == data.encode()
    assert sorted(state_of(hearth, sent)) == ["a@example.org", "b@example.org"]


def test_nobody_learns_who_got_a_blind_copy(hearth, ses):
    sent = ses.send_raw_email(RawMessage={"Data": RAW.replace(b"X-Odd:", b"Bcc: blind@example.org,\r\n other@example.org\r\nX-Odd:")})["MessageId"]
    assert shown(hearth, sent) == RAW
    assert sorted(state_of(hearth, sent)) == ["blind@example.org", "other@example.org", "student@example.org"]


def test_a_mail_of_parts(hearth, ses):
    sent = ses.send_email(Source="Trainer <trainer@example.org>", Destination={"ToAddresses": ["to@example.org"], "CcAddresses": ["cc@example.org"], "BccAddresses": ["bcc@example.org"]},
                          ReplyToAddresses=["reply@example.org"],
                          Message={"Subject": {"Data": "Grüße, ein Betreff"}, "Body": {"Text": {"Data": "Text ä"}, "Html": {"Data": "<b>ä</b>", "Charset": "UTF-8"}}})["MessageId"]
    mail = email.message_from_bytes(shown(hearth, sent), policy=email.policy.default)
    assert (mail["Subject"], mail["To"], mail["Cc"], mail["Bcc"], mail["Reply-To"]) == ("Grüße, ein Betreff", "to@example.org", "cc@example.org", None, "reply@example.org")
    assert mail.get_body(("plain",)).get_content().strip() == "Text ä"
    assert mail.get_body(("html",)).get_content().strip() == "<b>ä</b>"
    assert sorted(state_of(hearth, sent)) == ["bcc@example.org", "cc@example.org", "to@example.org"]


def test_a_mail_may_have_ten_megabytes(hearth, ses):
    head = RAW.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    line = b"+/" * 38 + b"\r\n"  # what costs most in a form
    most = 10 << 20
    sent = ses.send_raw_email(RawMessage={"Data": head + line * ((most - len(head)) // len(line))})["MessageId"]
    assert next(mail for mail in listed(hearth) if mail["id"] == sent)["size"] > most - 100
    with refused("InvalidParameterValue", 400, "Message length is more than 10485760 bytes long"):
        ses.send_raw_email(RawMessage={"Data": head + line * (most // len(line))})


def test_what_ses_refuses(hearth, ses):
    with refused("MessageRejected", 400, "Email address is not verified"):
        ses.send_raw_email(RawMessage={"Data": RAW.replace(b"trainer@", b"stranger@")})
    with refused("InvalidParameterValue", 400):
        ses.send_raw_email(RawMessage={"Data": b"From: trainer@example.org\r\nSubject: nobody\r\n\r\nx"})
    message = {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}
    with refused("InvalidParameterValue", 400):
        ses.send_email(Source="trainer@example.org", Destination={"ToAddresses": ["a@b\r\nRCPT TO:<x@y>"]}, Message=message)


def test_the_region_of_a_mail_may_be_another_than_that_of_the_stack(hearth):
    client = hearth.client("ses", region="eu-west-1")
    client.verify_email_identity(EmailAddress="west@example.org")
    assert client.send_raw_email(RawMessage={"Data": RAW.replace(b"trainer@", b"west@")})["MessageId"]


# --- delivery


def test_a_mail_reaches_the_relay_over_tls_with_a_password(make_hearth, tmp_path):
    certificate = make_certificate(tmp_path)
    (tmp_path / "password").write_text("s3cret words\n")
    with Relay(certificate, password="s3cret words") as relay:
        hearth = make_hearth("--smtp-host", "localhost", "--smtp-port", relay.port, "--smtp-user", "me", "--smtp-password-file", tmp_path / "password",
                             "--smtp-ca-file", certificate[0]).start()
        ses = hearth.client("ses")
        ses.verify_email_identity(EmailAddress="trainer@example.org")
        sent = ses.send_raw_email(RawMessage={"Data": RAW})["MessageId"]
        until(lambda: state_of(hearth, sent) == {"student@example.org": "delivered"}, "the delivery")
        letter = relay.letters[0]
        assert (letter.data, letter.recipients, letter.secure, letter.user) == (RAW, ["student@example.org"], True, "me")
        assert len(relay.letters) == 1
        hearth.stop()
    assert "s3cret" not in "".join(hearth.log)


def test_a_relay_that_nobody_vouches_for_gets_nothing(make_hearth, tmp_path):
    with Relay(make_certificate(tmp_path)) as relay:
        hearth = make_hearth("--smtp-host", "localhost", "--smtp-port", relay.port).start()
        ses = hearth.client("ses")
        ses.verify_email_identity(EmailAddress="trainer@example.org")
        sent = ses.send_raw_email(RawMessage={"Data": RAW})["MessageId"]
        tried = lambda: [mail for mail in listed(hearth) if mail["id"] == sent and mail["recipients"][0]["attempts"] and mail["recipients"][0]["state"] == "queued"]
        assert "certificate" in until(tried, "the attempt")[0]["recipients"][0]["detail"].lower()
        assert relay.letters == []


def test_what_the_relay_does_not_take_now_is_tried_again_and_what_it_refuses_is_not(make_hearth):
    answers = {"later@example.org": ["451 4.3.0 come back"], "never@example.org": ["550 5.1.1 no such user"] * 9}
    with Relay(answers=answers) as relay:
        hearth = make_hearth("--smtp-host", "127.0.0.1", "--smtp-port", relay.port, "--smtp-tls", "off")
        hearth.start("--clock", "2030-01-01T10:00:00Z")
        ses = hearth.client("ses")
        ses.verify_email_identity(EmailAddress="trainer@example.org")
        sent = ses.send_raw_email(RawMessage={"Data": RAW}, Destinations=["now@example.org", "later@example.org", "never@example.org"])["MessageId"]
        states = {"now@example.org": "delivered", "later@example.org": "queued", "never@example.org": "failed"}
        until(lambda: state_of(hearth, sent) == states, "the first attempts")
        assert "550 5.1.1 no such user" in hearth.run("hearth", "mail", "list").stdout
        hearth.kill()
        hearth.start("--clock", "2030-01-01T10:05:00Z")
        until(lambda: state_of(hearth, sent) == states | {"later@example.org": "delivered"}, "the second attempt")
        assert sorted(address for letter in relay.letters for address in letter.recipients) == ["later@example.org", "now@example.org"]


def test_mail_waits_for_a_relay_that_is_down(make_hearth):
    with Relay() as relay:
        port = relay.port
    hearth = make_hearth("--smtp-host", "127.0.0.1", "--smtp-port", port, "--smtp-tls", "off")
    hearth.start("--clock", "2030-01-01T10:00:00Z")
    ses = hearth.client("ses")
    ses.verify_email_identity(EmailAddress="trainer@example.org")
    sent = ses.send_raw_email(RawMessage={"Data": RAW})["MessageId"]
    until(lambda: listed(hearth)[0]["recipients"][0]["attempts"] == 1 and state_of(hearth, sent) == {"student@example.org": "queued"}, "the attempt")
    hearth.stop()
    with Relay() as relay:
        hearth.options = ["--smtp-host", "127.0.0.1", "--smtp-port", relay.port, "--smtp-tls", "off"]
        hearth.start("--clock", "2030-01-01T10:05:00Z")
        until(lambda: relay.letters, "the delivery")
        assert relay.letters[0].data == RAW
