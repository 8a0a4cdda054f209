"""Every view of the page: what it says, and the rules that hold in all of them."""

import pytest
from page_rules import ax_nodes, broken
from page_stand_in import RECEIPT
from support.wait import until

BASE = "#/operating-systems/"


def views(browser, stand_in):
    """Walks through all views; yields the name of each when it is there."""
    browser.open(stand_in.address)
    browser.wait_heading("Sign in")
    browser.find("button[type=submit]").click()
    browser.wait_text("There is a problem")
    yield "sign in, with a mistake"
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    yield "list"
    browser.click("The open test")
    browser.wait_heading("The open test")
    yield "beginning of a test"
    browser.click("Start")
    for number in range(1, 6):
        browser.wait_heading(f"Question {number} of 5")
        yield f"question {number}"
        if number == 4:
            browser.find("input").send_keys("systemd")
        if number == 5:
            browser.find("input").send_keys("three")
            browser.click("Check your answers", css="button")
            browser.wait_text("This is not a number")
            yield "a mistake in an answer"
            browser.find("input").clear()
            browser.find("input").send_keys("3,14")
        browser.find("form button[type=submit]").click()
    browser.wait_heading("Check your answers")
    yield "check"
    browser.click("Send my answers")
    browser.wait_text("There is a problem")
    yield "check, with a mistake"
    browser.script(f"location.hash = '{BASE}open/all'")
    until(lambda: len(browser.all("fieldset")) == 5, "all questions")
    yield "all questions"
    browser.script(f"location.hash = '{BASE}open/check'")
    browser.wait_heading("Check your answers")
    browser.offline(True)
    browser.find("#confirm").click()
    browser.click("Send my answers")
    browser.wait_text("Not sent yet: the server")
    until(lambda: browser.find("#banner").text, "banner")
    yield "waiting for the network"
    browser.offline(False)
    browser.wait_heading("Your answers were received")
    yield "receipt"
    browser.script("location.hash = '#/operating-systems/scored/result'")
    browser.wait_heading("Result of")
    yield "result"
    browser.script("location.hash = '#/operating-systems/closed'")
    browser.wait_heading("This test is closed")
    yield "closed"
    browser.script("location.hash = '#/operating-systems/nothing'")
    browser.wait_heading("There is no such test")
    yield "no such test"
    browser.script("location.hash = '#/signout'")
    browser.wait_heading("Do you want to sign out?")
    yield "sign out"


@pytest.mark.parametrize("scheme, width", [("light", 1000), ("dark", 320)])
def test_rules_hold_in_every_view(browser, stand_in, scheme, width):
    """320 pixels are also what 400 % leave of a window of 1280."""
    browser.media(prefers_color_scheme=scheme)
    browser.width(width)
    found = {name: wrong for name in views(browser, stand_in) if (wrong := broken(browser))}
    assert found == {}
    expected = "rgb(255, 255, 255)" if scheme == "light" else "rgb(21, 23, 27)"
    assert browser.script("return getComputedStyle(document.body).backgroundColor") == expected
    assert [line for line in browser.console() if "ERR_INTERNET_DISCONNECTED" not in line and "410" not in line] == []


def test_what_a_screen_reader_is_told(browser, stand_in):
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    nodes = ax_nodes(browser)
    assert [(role, name) for role, name, _ in nodes if role == "heading"][:4] == [
        ("heading", "Your tests"), ("heading", "To do"), ("heading", "The open test"), ("heading", "Received, may still be changed")]
    assert ("checkbox", "This is a shared computer") in [(role, name) for role, name, _ in nodes]
    browser.click("The open test")
    browser.wait_heading("The open test")
    browser.click("Start")
    browser.wait_heading("Question 1")
    nodes = ax_nodes(browser)
    group = next(node for node in nodes if node[0] == "group" and node[1].startswith("What is a kernel?"))
    assert "Choose one. 2 points." in group[2]["description"]
    assert [name for role, name, _ in nodes if role == "radio"][0] == "a The core of an operating system"
    assert next(properties for role, _, properties in nodes if role == "heading")["level"] == 1
    browser.click("Next")
    browser.wait_heading("Question 2")
    nodes = ax_nodes(browser)
    group = next(node for node in nodes if node[0] == "group" and node[1] == "Which of these are shells?")
    assert "Choose all that apply. 3 points. Part of the points" in group[2]["description"]
    assert [name for role, name, _ in nodes if role == "checkbox"] == ["a bash", "b zsh", "c grub"]
    for number, box in ((3, None), (4, "Your answer"), (5, "Your answer")):
        browser.find("form button[type=submit]").click()
        browser.wait_heading(f"Question {number}")
        nodes = ax_nodes(browser)
        if box:
            assert [name for role, name, _ in nodes if role == "textbox"] == [box]
        else:
            assert [name for role, name, _ in nodes if role == "radio"] == ["True", "False"]


def test_every_type_of_answer_is_sent_as_the_api_wants_it(browser, stand_in):
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    browser.click("The open test")
    browser.wait_heading("The open test")
    browser.click("Start")
    browser.wait_heading("Question 1")
    browser.click("All questions on one page")
    until(lambda: len(browser.all("fieldset")) == 5, "all questions")
    browser.find("#q1 input[value=b]").click()
    browser.find("#q2 input[value=c]").click()
    browser.find("#q2 input[value=a]").click()
    browser.find("#q3 input[value=false]").click()
    browser.find("#q4 input").send_keys(" init  process ")
    browser.find("#q5 input").send_keys("-3,1e2")
    browser.click("Check your answers", css="button")
    browser.wait_heading("Check your answers")
    assert "5 of 5 answered." in browser.text() and "You may send your answers 2 more times." in browser.text()
    browser.click("Send my answers")
    browser.wait_heading("Your answers were received")
    sent = {answer["questionId"]: answer["answer"] for answer in stand_in.submitted[0]["testResult"]}
    assert sent == {"1": "b", "2": "a,c", "constructor": "false", "4": " init  process ", "5": "-3,1e2"}
    assert stand_in.submitted[0]["questionSet"] == stand_in.question_set
    assert "You may send your answers 1 more time." in browser.text()
    # The server keeps them in its own form; they are the same answers nevertheless.
    kept = sent | {"2": "c,a", "4": "init process"}
    stand_in.submission = {"receivedAt": RECEIPT["receivedAt"], "late": False, "questionSet": stand_in.question_set, "receipt": RECEIPT,
                           "answers": [{"questionId": id, "answer": answer} for id, answer in kept.items()]}
    browser.script("location.hash = '#/operating-systems/open'")
    browser.wait_text("Your answers were received")
    browser.wait_heading("The open test")
    assert "It was not sent" not in browser.text()


def begin(browser, stand_in, number=1):
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    browser.click("The open test")
    browser.wait_heading("The open test")
    browser.click("Start")
    browser.wait_heading("Question 1")
    browser.find("input[value=a]").click()


def send(browser):
    browser.click("Check your answers", css=".more a")
    browser.wait_heading("Check your answers")
    browser.find("#confirm").click()
    browser.click("Send my answers")


def test_answers_from_another_device_are_shown_and_not_unsent(browser, stand_in):
    stand_in.submission = {"receivedAt": RECEIPT["receivedAt"], "late": False, "questionSet": stand_in.question_set,
                           "answers": [{"questionId": "1", "answer": "b"}, {"questionId": "4", "answer": "init"}], "receipt": RECEIPT}
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    browser.click("The received test")
    browser.wait_text("Your answers were received Mon, 8 Apr 2019, 20:43 (Europe/Warsaw), which is 18:43 where you are")
    browser.click("Continue")
    browser.wait_heading("Question 2")
    browser.wait_text("The server has these answers.")
    browser.click("Back")
    browser.wait_heading("Question 1")
    assert browser.find("input[value=b]").is_selected()
    browser.find("input[value=a]").click()
    browser.wait_text("Not sent yet")
    browser.driver.refresh()
    browser.wait_text("You have a draft with 2 answers. It was not sent.")
    browser.click("Go back to the answers that were received")
    browser.wait_heading("Question 1")
    assert browser.find("input[value=b]").is_selected()
    browser.wait_text("The server has these answers.")


def test_changed_questions_are_named_and_the_other_answers_stay(browser, stand_in):
    begin(browser, stand_in)
    browser.find("form button[type=submit]").click()
    browser.wait_heading("Question 2")
    browser.find("input[value=b]").click()
    stand_in.questions[1]["question"] = "Which of these are not shells?"
    stand_in.question_set = "2" * 64
    stand_in.refusals = [(409, {"body": "The questions of this test have changed", "code": 409})]
    send(browser)
    browser.wait_text("The questions have changed since you answered.")
    assert "Question 2: Which of these are not shells?" in browser.text() and "Question 1:" not in browser.text()
    assert stand_in.submitted == []
    browser.click("Continue")
    browser.wait_heading("Question 2")
    assert browser.all("input:checked") == []
    browser.click("Back")
    browser.wait_heading("Question 1")
    assert browser.find("input[value=a]").is_selected()


@pytest.mark.parametrize("status, document, said", [
    (410, {"body": "This test closed Mon", "code": 410}, "This test is closed; your answers were not received."),
    (403, {"message": "Forbidden"}, "The server no longer accepts your invite."),
    (409, {"body": "This test has been scored already", "code": 409}, "This test has been scored already"),
    (422, {"body": "The answers do not fit the test", "code": 422}, "The answers do not fit the test"),
    (429, {"body": "This test was submitted 200 times", "code": 429}, "This test was submitted 200 times"),
])
def test_a_refusal_is_said_and_the_answers_stay(browser, stand_in, status, document, said):
    begin(browser, stand_in)
    stand_in.refusals = [(status, document)]
    send(browser)
    browser.wait_text(said)
    assert "Your answers are still in this browser." in browser.text() and stand_in.submitted == []
    browser.driver.refresh()
    browser.wait_text("You have a draft with 1 answer. It was not sent.")


@pytest.mark.parametrize("status, document", [(503, {"body": "The store did not answer", "code": 503}),
                                              (429, {"message": "Too Many Requests"}), (504, {"message": "Endpoint request timed out"})])
def test_what_passes_is_tried_again(browser, stand_in, status, document):
    begin(browser, stand_in)
    stand_in.refusals = [(status, document)]
    send(browser)
    browser.wait_text("Not sent yet: the server cannot be reached")
    browser.click("Try now")
    browser.wait_heading("Your answers were received")
    assert len(stand_in.submitted) == 1


def test_the_list_says_how_things_stand(browser, stand_in):
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    text = browser.text()
    for said in ("Due Mon, 8 Apr 2019, 23:00 (Europe/Warsaw), which is 21:00 where you are. Time left: 2 hours 18 minutes.",
                 "Your trainer has given you more time.", "Received Mon, 8 Apr 2019, 12:00", "Nothing was received.",
                 "no longer to be changed", "Score: 4 of 5"):
        assert said in text
    assert browser.find("time").get_attribute("datetime") == "2019-04-08T21:00:00Z"


def test_the_time_is_announced_politely_and_once(browser, stand_in):
    stand_in.now = "2019-04-08T19:59:30Z"
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    assert browser.find("#announcer").get_attribute("aria-live") == "polite"
    browser.script("""window.told = [];
        new MutationObserver(() => { const said = document.getElementById('announcer').textContent; if (said) told.push(said); })
          .observe(document.getElementById('announcer'), {childList: true})""")
    spoken = ["Less than an hour", "Less than 10 minutes", "Less than a minute"]
    for count, now in enumerate(("2019-04-08T20:00:30Z", "2019-04-08T20:50:30Z", "2019-04-08T20:59:30Z"), 1):
        stand_in.now = now
        for _ in range(2):  # the second time says nothing more
            browser.script("location.hash = '#/signout'")
            browser.wait_heading("sign out")
            browser.script("location.hash = '#/'")
            browser.wait_heading("Your tests")
        until(lambda: browser.script("return told.length") == count, f"{count} announcements")
    told = browser.script("return told")
    assert [line for line, said in zip(told, spoken, strict=True) if not line.startswith(said)] == []


def test_results(browser, stand_in):
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    browser.click("The scored test")
    browser.wait_heading("Result of Kernels and boot")
    text = browser.text()
    for said in ("Score: 4 of 5", "6 of 8 points (75 %)", "This score was corrected: key of question 4 fixed",
                 "Average of the class: 4.1 (22 students).", "Question 1: right", "Question 2: partly right", "Question 3: wrong",
                 "Question 4: Not answered", "bash, grub", "bash, zsh", "The kernel is <b>it</b>."):
        assert said in text, said
    stand_in.result = (404, {"body": "There is no score yet. This test closes Mon 8 Apr 2019 23:00", "code": 404})
    browser.driver.refresh()
    browser.wait_heading("There is no result yet")
    assert "This test closes Mon 8 Apr" in browser.text()


def test_polish(browser, stand_in):
    stand_in.lang = "pl"  # the student's, as the roster has it
    browser.open(stand_in.link)
    browser.wait_heading("Twoje testy")
    assert browser.script("return document.documentElement.lang") == "pl"
    assert "Pozostało: 2 godziny 18 minut." in browser.text() and "pon., 8 kwi 2019" in browser.text()
    browser.click("The open test")
    browser.wait_heading("The open test")
    browser.click("Zacznij")
    browser.wait_heading("Pytanie 1 z 5")
    browser.find("input[value=a]").click()
    browser.wait_text("Jeszcze nie wysłano. Zapisano w tej karcie")
    browser.click("English")
    browser.wait_heading("Question 1 of 5")
    assert browser.find("input[value=a]").is_selected() and browser.focused()[2] == "English"
    browser.driver.refresh()
    browser.wait_text("You have a draft with 1 answer")  # the choice outlives the page
    browser.click("Polski")
    browser.wait_text("Masz szkic z 1 odpowiedzią.")


def test_receipt_is_copied_and_downloaded(browser, stand_in, tmp_path):
    begin(browser, stand_in)
    send(browser)
    browser.wait_heading("Your answers were received")
    assert "R-7F3K-Q2MD" in browser.text()
    browser.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.click("Copy the receipt")
    until(lambda: "copied" in browser.script("return document.getElementById('announcer').textContent"), "announcement")
    assert browser.script("return navigator.clipboard.readText()") == RECEIPT["text"]
    browser.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    browser.click("Download")
    until(lambda: (tmp_path / "R-7F3K-Q2MD.txt").exists(), "download")
    until(lambda: (tmp_path / "R-7F3K-Q2MD.txt").read_text() == RECEIPT["text"], "the receipt in it")
    browser.script("window.print = () => { window.printed = true }")
    browser.click("Print")
    assert browser.script("return window.printed")
    assert browser.console() == []


def test_without_javascript_the_terminal_is_named(browser, stand_in):
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.driver.get(stand_in.address)
        shown = " ".join(name for _, name, _ in ax_nodes(browser))
        assert "homework login" in shown and "This page needs JavaScript" in shown and "Ta strona potrzebuje" in shown
    finally:
        browser.cdp("Emulation.setScriptExecutionDisabled", value=False)


def test_forced_colours_and_reduced_motion(browser, stand_in):
    browser.media(forced_colors="active", prefers_reduced_motion="reduce")
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    assert browser.script("return getComputedStyle(document.querySelector('.card')).borderTopStyle") == "solid"
    assert browser.script("return [...document.querySelectorAll('*')].filter(node => parseFloat(getComputedStyle(node).transitionDuration) > 0).length") == 0
