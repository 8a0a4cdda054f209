// Events of type Api.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-api.html
#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"
#include "stacks/sam/events.h"
#include "stacks/sam/faults.h"
#include "stacks/sam/json.h"
#include "stacks/sam/properties.h"
#include "stacks/sam/resource_policy.h"
#include "stacks/sam/swagger.h"

namespace hearth::stacks::sam {
namespace {

constexpr std::array kProperties = {
    Property{"Path", Shape::kText, true},
    Property{"Method", Shape::kText, true},
    Property{"RestApiId", Shape::kText, true},
    Property{"Stage", Shape::kText},
    Property{"Auth", Shape::kMap},
    Property{"RequestModel", Shape::kMap},
    Property{"RequestParameters", Shape::kList},
    Property{"TimeoutInMillis", Shape::kInteger},
    Property{"ResponseTransferMode", Shape::kText},
};

struct RequestParameter {
  std::string name;  // method.request.querystring.NAME
  Json isRequired = false;
  bool isCached = false;
};

// The API that the event is of, as the template has it.
struct Api {
  std::string id;
  JsonObject* properties = nullptr;
  std::string stage;  // "Stage" for one that has no plain name
};

class ApiEventExpansion final {
 public:
  ApiEventExpansion(Context& context, const EventTarget& target, Event event)
      : context_(context), target_(target), event_(std::move(event)) {}

  Result<std::vector<Generated>> run() {
    HEARTH_CHECK(checkProperties(event_.id, "Api", event_.properties, kProperties));
    path_ = event_.properties.at("Path").is_string() ? event_.properties.at("Path").get_string() : "";
    method_ = base::toLower(event_.properties.at("Method").is_string()
                                ? std::string_view(event_.properties.at("Method").get_string())
                                : std::string_view());
    HEARTH_CHECK(findApi());
    std::vector<Generated> made;
    made.push_back(permission());
    Json* body = api_.properties->if_contains("DefinitionBody");
    const bool isManaged = isTruthy(*api_.properties, "__MANAGE_SWAGGER");
    if (isManaged && Swagger::isValid(body)) {
      Swagger swagger = Swagger::edit(body->get_object());
      HEARTH_CHECK(addIntegration(swagger));
    } else if (isTruthy(body) && auth() && isTruthy(*auth(), "OverrideApiAuth")) {
      HEARTH_CHECK(overrideAuth(*body));
    }
    return made;
  }

 private:
  Result<void> findApi() {
    const Json& given = event_.properties.at("RestApiId");
    const auto id =
        given.is_string() ? std::string(given.get_string()) : base::findString(given, "Ref").value_or("");
    Json* resource = context_.resources().if_contains(id);
    if (!resource || !resource->is_object()) {
      return invalidEvent(event_.name,
                          "RestApiId property of Api event must reference a valid resource in the same template.");
    }
    Json& properties = resource->get_object()["Properties"];
    if (properties.is_null()) properties = JsonObject();
    if (!properties.is_object()) return invalidResource(id, "Attribute 'Properties' should be a map.");
    api_ = {id, &properties.get_object(), "Stage"};
    const Json* stage = api_.properties->if_contains("StageName");
    if (!stage || !stage->is_string()) return {};
    api_.stage = stage->get_string();
    if (api_.stage.empty()) return invalidResource(id, "StageName cannot be empty.");
    return {};
  }

  Generated permission() const {
    std::string path = path_;
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    const std::string method = method_ == "any" ? "*" : base::toUpper(method_);
    Generated made = permissionFor(target_, event_, "apigateway.amazonaws.com", api_.stage);
    JsonObject variables;
    variables.emplace("__ApiId__", event_.properties.at("RestApiId"));
    variables.emplace("__Stage__", "*");
    made.properties.emplace(
        "SourceArn", subText("arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/" +
                                 method + pathPattern(path),
                             std::move(variables)));
    return made;
  }

  const JsonObject* auth() const {
    const Json* given = event_.property("Auth");
    return given && given->is_object() ? &given->get_object() : nullptr;
  }

  Result<void> addIntegration(Swagger& swagger) {
    if (swagger.hasIntegration(path_, method_)) {
      return invalidEvent(event_.name, "API method \"" + method_.substr(0, 100) +
                                           "\" defined multiple times for path \"" + path_.substr(0, 300) + "\".");
    }
    LambdaIntegration integration;
    const Json* mode = event_.property("ResponseTransferMode");
    integration.isStreaming = mode && *mode == "RESPONSE_STREAM";
    integration.uri = "arn:aws:apigateway:${AWS::Region}:lambda:path/" +
                      std::string(integration.isStreaming ? "2021-11-15" : "2015-03-31") + "/functions/" +
                      target_.inSub() +
                      (integration.isStreaming ? "/response-streaming-invocations" : "/invocations");
    integration.condition = target_.condition();
    HEARTH_TRY(integration.credentials, credentials());
    HEARTH_CHECK(checkModel());
    HEARTH_TRY(const std::vector<RequestParameter> parameters, readParameters());
    HEARTH_CHECK(swagger.addLambdaIntegration(path_, method_, integration));
    if (auth()) HEARTH_CHECK(addAuth(swagger));
    HEARTH_TRY(const std::vector<JsonObject*> methods, swagger.methodsAt(path_, method_));
    if (const Json* timeout = event_.property("TimeoutInMillis"); isTruthy(timeout)) {
      for (JsonObject* one : methods) (*one)[kIntegration].get_object()["timeoutInMillis"] = *timeout;
    }
    HEARTH_CHECK(addModel(swagger));
    for (const RequestParameter& parameter : parameters) addParameter(methods, parameter);
    return {};
  }

  // In whose name the function is called, when IAM says who may.
  Result<Json> credentials() {
    const Json* given = api_.properties->if_contains("Auth");
    if (given && !given->is_object()) return invalidResource(api_.id, "Property 'Auth' should be a map.");
    const JsonObject none;
    const JsonObject& ofApi = given ? given->get_object() : none;
    const JsonObject& ofMethod = auth() ? *auth() : none;
    const Json* authorizer = ofMethod.if_contains("Authorizer");
    const Json* fallback = ofApi.if_contains("DefaultAuthorizer");
    const bool isIam =
        (authorizer && *authorizer == "AWS_IAM") || (fallback && *fallback == "AWS_IAM" && ofMethod.empty());
    if (!isIam) return Json();
    const auto roleOf = [](const JsonObject& from) -> Json {
      const Json* role = from.if_contains("InvokeRole");
      if (!role) return Json();
      return isTruthy(role) ? *role : Json("NONE");
    };
    Json role = roleOf(ofMethod);
    if (role.is_null()) role = roleOf(ofApi);
    if (role == "NONE") return Json();
    return role.is_null() || role == "CALLER_CREDENTIALS" ? Json("arn:aws:iam::*:user/*") : role;
  }

  std::string where() const {
    return "on API method [" + method_.substr(0, 100) + "] for path [" + path_.substr(0, 300) + "]";
  }
  Fault cannotAuthorize(const std::string& authorizer, const std::string& why) const {
    return invalidEvent(
        event_.name, "Unable to set Authorizer [" + authorizer.substr(0, 200) + "] " + where() + " because " + why);
  }

  // Fault: an authorizer that the API does not have.
  Result<void> checkAuthorizer(const Json& authorizer, const Json& apiAuth) {
    if (authorizer == "AWS_IAM") return {};
    const Json* known = base::findMember(apiAuth, "Authorizers");
    if (authorizer == "NONE") {
      if (isTruthy(base::findMember(apiAuth, "DefaultAuthorizer"))) return {};
      return invalidEvent(event_.name, "Unable to set Authorizer " + where() +
                                           " because 'NONE' is only a valid value when a DefaultAuthorizer on the "
                                           "API is specified.");
    }
    const std::string name =
        authorizer.is_string() ? std::string(authorizer.get_string()) : base::writeJson(authorizer);
    if (!isTruthy(known)) return cannotAuthorize(name, "the related API does not define any Authorizers.");
    if (!known->is_object() || !authorizer.is_string()) {
      return invalidEvent(event_.name, "Unable to set Authorizer [" + name.substr(0, 200) + "] " + where() +
                                           ". The method authorizer must be a string with a corresponding dict "
                                           "entry in the api authorizer.");
    }
    if (!isTruthy(known->get_object(), name)) {
      return cannotAuthorize(name, "it wasn't defined in the API's Authorizers.");
    }
    return {};
  }

  Result<void> addAuth(Swagger& swagger) {
    const Json* given = api_.properties->if_contains("Auth");
    HEARTH_TRY(const Json apiAuth, context_.parameters.resolve(given ? *given : Json(JsonObject())));
    const Json* authorizer = auth()->if_contains("Authorizer");
    const Json* scopes = auth()->if_contains("AuthorizationScopes");
    if (isTruthy(authorizer)) HEARTH_CHECK(checkAuthorizer(*authorizer, apiAuth));
    if (isTruthy(scopes) && !scopes->is_array()) {
      return invalidEvent(event_.name, "Property 'Auth.AuthorizationScopes' should be a list.");
    }
    if (isTruthy(scopes) && !isTruthy(authorizer)) {
      return invalidEvent(event_.name, "AuthorizationScopes works only when Authorizer is set");
    }
    const Json* key = auth()->if_contains("ApiKeyRequired");
    if (key && !isTruthy(key) && !isTruthy(base::findMember(apiAuth, "ApiKeyRequired"))) {
      return invalidEvent(event_.name, "Unable to set ApiKeyRequired [False] " + where() +
                                           " because the related API does not specify any ApiKeyRequired.");
    }
    HEARTH_TRY(const std::vector<JsonObject*> methods, swagger.methodsAt(path_, method_));
    for (JsonObject* method : methods) {
      if (isTruthy(authorizer)) HEARTH_CHECK(setAuthorizer(swagger, *method, *authorizer, scopes, apiAuth));
      if (key) HEARTH_CHECK(setApiKey(swagger, *method, isTruthy(key)));
    }
    const Json* policy = auth()->if_contains("ResourcePolicy");
    if (!isTruthy(policy)) return {};
    if (!policy->is_object()) return invalidEvent(event_.name, "Property 'Auth.ResourcePolicy' should be a map.");
    return addResourcePolicy(context_.budget, swagger, policy->get_object(), path_, Json(api_.stage));
  }

  // "NONE" marks a method that the default is not for; it is taken out when the API is made.
  Result<void> setAuthorizer(Swagger& swagger, JsonObject& method, const Json& authorizer, const Json* scopes,
                             const Json& apiAuth) {
    const std::string name(authorizer.get_string());
    const Json* known = base::findMember(apiAuth, "Authorizers");
    const Json* own = known ? base::findMember(*known, name) : nullptr;
    const Json* fallback = own ? base::findMember(*own, "AuthorizationScopes") : nullptr;
    const Json* wanted = scopes ? scopes : fallback;
    JsonObject entry;
    entry.emplace(name, own && wanted ? *wanted : Json(JsonArray()));
    HEARTH_TRY(JsonArray * security, Swagger::securityOf(method, path_, method_));
    security->emplace_back(std::move(entry));
    if (security->front().get_object().contains("AWS_IAM")) return swagger.defineIamAuthorizer();
    return {};
  }

  Result<void> setApiKey(Swagger& swagger, JsonObject& method, bool isRequired) {
    if (isRequired) HEARTH_CHECK(swagger.defineApiKey());
    HEARTH_TRY(JsonArray * security, Swagger::securityOf(method, path_, method_));
    JsonObject entry;
    entry.emplace(isRequired ? "api_key" : "api_key_false", JsonArray());
    security->emplace_back(std::move(entry));
    return {};
  }

  // For an API whose document is the template's own.
  Result<void> overrideAuth(Json& body) {
    const bool saysSomething = isTruthy(*auth(), "Authorizer") || isTruthy(*auth(), "ApiKeyRequired") ||
                               isTruthy(*auth(), "ResourcePolicy");
    if (!saysSomething) {
      return invalidEvent(event_.name,
                          "Must define one of: Authorizer, ApiKeyRequired or ResourcePolicy when using the "
                          "OverrideApiAuth property.");
    }
    if (!Swagger::isValid(&body)) {
      return invalidStructure(
          "Invalid Swagger document or the Swagger document is not explicitly defined in 'DefinitionBody'.");
    }
    HEARTH_TRY(Swagger swagger, Swagger::open(body.get_object()));
    return addAuth(swagger);
  }

  Fault cannotModel(const std::string& model, const std::string& why) const {
    return invalidEvent(event_.name,
                        "Unable to set RequestModel [" + model.substr(0, 200) + "] " + where() + " because " + why);
  }

  Result<void> checkModel() const {
    const Json* given = event_.property("RequestModel");
    const Json* model = given ? base::findMember(*given, "Model") : nullptr;
    if (!isTruthy(model)) return {};
    const std::string name = model->is_string() ? std::string(model->get_string()) : base::writeJson(*model);
    const Json* models = api_.properties->if_contains("Models");
    if (!isTruthy(models)) return cannotModel(name, "the related API does not define any Models.");
    if (!models->is_object()) return cannotModel(name, "the related API Models defined is of invalid type.");
    if (!model->is_string()) return cannotModel(name, "the related API does not contain valid Models.");
    if (!isTruthy(models->get_object(), name)) return cannotModel(name, "it wasn't defined in the API's Models.");
    for (const std::string_view validation : {"ValidateBody", "ValidateParameters"}) {
      const Json* flag = base::findMember(*given, validation);
      if (!flag || flag->is_bool()) continue;
      return invalidEvent(event_.name,
                          "Unable to set Validator to RequestModel [" + name.substr(0, 200) + "] " + where() +
                              " ValidateBody and ValidateParameters must be a boolean type, strings or "
                              "intrinsics are not supported.");
    }
    return {};
  }

  // Precondition: checkModel().
  Result<void> addModel(Swagger& swagger) {
    const Json* given = event_.property("RequestModel");
    if (!given || !isTruthy(base::findMember(*given, "Model"))) return {};
    HEARTH_CHECK(swagger.requireModel(path_, method_, given->get_object()));
    const Json* body = base::findMember(*given, "ValidateBody");
    const Json* parameters = base::findMember(*given, "ValidateParameters");
    if (!body && !parameters) return {};
    return swagger.validateRequests(path_, method_, isTruthy(body), isTruthy(parameters));
  }

  Result<RequestParameter> readParameter(const Json& given) const {
    const Json* settings = nullptr;
    std::string name;
    if (given.is_string()) {
      name = given.get_string();
    } else if (given.is_object() && !given.get_object().empty()) {
      name = given.get_object().begin()->key();
      settings = &given.get_object().begin()->value();
    } else {
      return invalidEvent(
          event_.name,
          "Invalid value for 'RequestParameters' property. Property must be either a string or an object");
    }
    const bool isNamed = name.starts_with("method.request.querystring.") ||
                         name.starts_with("method.request.path.") || name.starts_with("method.request.header.");
    if (!isNamed) {
      return invalidEvent(event_.name,
                          "Invalid value for 'RequestParameters' property. Keys must be in the format "
                          "'method.request.[querystring|path|header].{value}', e.g "
                          "'method.request.header.Authorization'.");
    }
    RequestParameter parameter{name};
    if (!settings) return parameter;
    const auto* object = settings->if_object();
    const bool isKnown = object && std::all_of(object->begin(), object->end(), [](const auto& member) {
                           return member.key() == "Required" || member.key() == "Caching";
                         });
    if (!isKnown) {
      return invalidEvent(
          event_.name,
          "Invalid value for 'RequestParameters' property. Values must be an object, e.g { Required: "
          "true, Caching: false }");
    }
    if (const Json* required = object->if_contains("Required")) parameter.isRequired = *required;
    parameter.isCached = isTruthy(*object, "Caching");
    return parameter;
  }

  Result<std::vector<RequestParameter>> readParameters() const {
    std::vector<RequestParameter> parameters;
    const Json* given = event_.property("RequestParameters");
    if (!given || !given->is_array()) return parameters;
    for (const Json& one : given->get_array()) {
      HEARTH_TRY(RequestParameter parameter, readParameter(one));
      parameters.push_back(std::move(parameter));
    }
    return parameters;
  }

  static void addParameter(const std::vector<JsonObject*>& methods, const RequestParameter& parameter) {
    const std::string place = parameter.name.substr(std::string_view("method.request.").size());
    const std::string location = place.substr(0, place.find('.'));
    for (JsonObject* method : methods) {
      JsonObject described;
      described.emplace("in", location == "querystring" ? "query" : location);
      described.emplace("name", place.substr(location.size() + 1));
      described.emplace("required", parameter.isRequired);
      described.emplace("type", "string");
      Json& list = (*method)["parameters"];
      if (!list.is_array()) list = JsonArray();
      list.get_array().emplace_back(std::move(described));
      if (!parameter.isCached) continue;
      Json& keys = (*method)[kIntegration].get_object()["cacheKeyParameters"];
      if (!keys.is_array()) keys = JsonArray();
      keys.get_array().emplace_back(parameter.name);
    }
  }

  Context& context_;
  const EventTarget& target_;
  Event event_;
  Api api_;
  std::string path_;
  std::string method_;
};

}  // namespace

Result<std::vector<Generated>> expandApiEvent(Context& context, const EventTarget& target, Event event) {
  return ApiEventExpansion(context, target, std::move(event)).run();
}

}  // namespace hearth::stacks::sam
