#include "homework/client/trainer/invite_mail.h"

#include "homework/client/trainer/stacks.h"
#include "homework/domain/mime.h"
#include "homework/domain/student_mail.h"

namespace hearth::homework::client {

MailText inviteMail(const Course& course, const Student& student, const std::string& link) {
  const Lang lang = languageOf(course, student);
  const std::string name = student.name.empty() ? student.id : student.name;
  const auto paragraph = [&](Text key) { return text(lang, key, {{"course", course.name}, {"name", name}}); };
  const std::string command = "homework login";
  MailText mail;
  mail.subject = paragraph(Text::kMailInviteSubject);
  mail.text = paragraph(Text::kMailHello) + "\n\n" + paragraph(Text::kMailInvitePage) + "\n\n" + link + "\n\n" +
              paragraph(Text::kMailInviteTerminal) + "\n\n    " + command + "\n\n" +
              paragraph(Text::kMailInviteSecret) + "\n";
  const auto html = [&](Text key) { return "<p>" + htmlEscape(paragraph(key)) + "</p>\n"; };
  mail.html = "<!DOCTYPE html>\n<html lang=\"" + std::string(langName(lang)) +
              "\">\n<head><meta charset=\"utf-8\"><title>" + htmlEscape(mail.subject) +
              "</title></head>\n<body>\n" + html(Text::kMailHello) + html(Text::kMailInvitePage) + "<p><a href=\"" +
              htmlEscape(link) + "\">" + htmlEscape(link) + "</a></p>\n" + html(Text::kMailInviteTerminal) +
              "<pre>" + command + "</pre>\n" + html(Text::kMailInviteSecret) + "</body>\n</html>\n";
  return mail;
}

Status sendRawMail(Cloud& cloud, const std::string& from, const std::string& to, const std::string& raw) {
  AwsCall call;
  call.service = "ses";
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  call.body = formEncoded({{"Action", "SendRawEmail"},
                           {"Version", "2010-12-01"},
                           {"Source", from},
                           {"Destinations.member.1", to},
                           {"RawMessage.Data", base64(raw)}});
  HOMEWORK_CHECK(cloud.require("send a mail to " + to, call));
  return Done{};
}

}  // namespace hearth::homework::client
