"""An invite link that is opened while somebody is signed in."""

import pytest
from page_rules import ax_nodes, broken
from page_stand_in import KEY, OTHER_KEY

Keys = pytest.importorskip("selenium.webdriver.common.keys", reason="python3-selenium is not installed (./check installs it)").Keys

QUESTION = "Do you want to change who is signed in?"
SWITCH = "Sign in with the link"


def kept(browser):
    return browser.script("return JSON.stringify([{...sessionStorage}, {...localStorage}])")


@pytest.fixture
def signed_in(browser, stand_in):
    """student01 with an answer that was not sent."""
    browser.open(stand_in.link)
    browser.wait_heading("Your tests")
    browser.click("The open test")
    browser.wait_heading("The open test")
    browser.click("Start")
    browser.wait_heading("Question 1 of 5")
    browser.find("input[value=a]").click()
    browser.wait_text("Not sent yet")
    return browser


@pytest.mark.parametrize("same_page", [True, False])
def test_nobody_is_replaced_unasked(signed_in, stand_in, same_page):
    browser, link = signed_in, stand_in.link_of("student02")
    if same_page:
        browser.script("location.href = arguments[0]", link)
    else:
        browser.open(link)
    browser.wait_heading(QUESTION)
    assert not same_page or browser.focused()[0] == "H1"  # a page that is loaded is read from its beginning
    assert QUESTION in browser.driver.title
    assert OTHER_KEY not in browser.driver.current_url and OTHER_KEY not in kept(browser) and KEY in kept(browser)
    assert "student01 is signed in here. The link that was opened signs in student02 instead." in browser.text()
    assert "Answers to 1 test have not been sent." in browser.text()
    browser.tab_to("Stay signed in")
    browser.press(Keys.ENTER)
    browser.wait_heading("Your tests")
    browser.wait_text("Draft with 1 answer, not sent")
    assert "Signed in as student01" in browser.text() and OTHER_KEY not in kept(browser)
    browser.driver.refresh()
    browser.wait_text("Signed in as student01")


def test_whoever_says_so_is_signed_in_and_the_other_leaves_nothing(signed_in, stand_in):
    browser = signed_in
    browser.open(stand_in.link_of("student02"))
    browser.wait_heading(QUESTION)
    browser.tab_to(SWITCH)
    browser.press(Keys.ENTER)
    browser.wait_heading("Your tests")
    browser.wait_text("Signed in as student02")
    assert "student01" not in kept(browser) and KEY not in kept(browser)
    assert "Draft with" not in browser.text()
    assert not broken(browser)


def test_on_ones_own_computer_the_answers_stay(signed_in, stand_in):
    browser = signed_in
    browser.open(stand_in.address)
    browser.wait_heading("Your tests")
    browser.click("This is a shared computer")
    browser.open(stand_in.link_of("student02"))
    browser.wait_text("The answers stay in it, because this is not a shared computer.")
    browser.click(SWITCH, css="button")
    browser.wait_text("Signed in as student02")
    assert KEY not in kept(browser) and "draft:student01" in kept(browser)
    browser.open(stand_in.link)
    browser.wait_heading(QUESTION)
    browser.click(SWITCH, css="button")
    browser.wait_text("Draft with 1 answer, not sent")


@pytest.mark.parametrize("student, key", [
    ("student02", "x" * 20),   # revoked, or cut by a mail program
    ("student03", OTHER_KEY),  # somebody else's key under another name
])
def test_a_link_that_the_server_does_not_know_signs_nobody_out(signed_in, stand_in, student, key):
    browser = signed_in
    browser.open(f"{stand_in.address}#{student}:{key}")
    browser.wait_heading(QUESTION)
    browser.click(SWITCH, css="button")
    browser.wait_text("The server does not accept this invite.")
    assert browser.focused()[0] == "DIV" and KEY in kept(browser) and key not in kept(browser)
    browser.click("Stay signed in")
    browser.wait_text("Draft with 1 answer, not sent")


def test_ones_own_link_again_asks_nothing_and_a_new_one_deletes_nothing(signed_in, stand_in):
    browser = signed_in
    browser.open(stand_in.link)
    browser.wait_text("Draft with 1 answer, not sent")
    stand_in.students = {KEY: "student01", OTHER_KEY: "student01"}
    browser.open(f"{stand_in.address}#student01:{OTHER_KEY}")
    browser.wait_text("another invite of student01, who is signed in here")
    assert "deleted" not in browser.text()
    browser.click(SWITCH, css="button")
    browser.wait_text("Draft with 1 answer, not sent")
    assert OTHER_KEY in kept(browser) and KEY not in kept(browser)


def test_the_question_is_polish_too_and_keeps_the_rules(signed_in, stand_in):
    browser = signed_in
    browser.open(stand_in.link_of("student02"))
    browser.wait_heading(QUESTION)
    browser.click("Polski")
    browser.wait_heading("Czy chcesz zmienić zalogowaną osobę?")
    assert "Zalogowano tu: student01. Otwarty link loguje zamiast tego: student02." in browser.text()
    assert not broken(browser)
    names = [name for role, name, _ in ax_nodes(browser) if role == "button"]
    assert names[-2:] == ["Zaloguj przez link", "Zostań"]
    browser.width(320)
    assert not broken(browser)
    browser.script("location.hash = '#/signout'")  # going elsewhere is staying
    browser.wait_heading("Czy chcesz się wylogować?")
    browser.click("Zostań")
    browser.wait_heading("Twoje testy")
    assert "Zalogowano: student01" in browser.text()
