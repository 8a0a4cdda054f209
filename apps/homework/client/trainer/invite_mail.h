// The mail that brings a student the invite.
#pragma once

#include <string>

#include "homework/client/common/result.h"
#include "homework/client/trainer/cloud.h"
#include "homework/domain/course.h"
#include "homework/domain/mail.h"

namespace hearth::homework::client {

// `link`: the students' page with the credential in its fragment; it is an invite for the terminal, too.
MailText inviteMail(const Course& course, const Student& student, const std::string& link);

// Sends a finished message through SES. `from` is a mailbox, `to` an address. Failure: what SES said.
Status sendRawMail(Cloud& cloud, const std::string& from, const std::string& to, const std::string& raw);

}  // namespace hearth::homework::client
