using System.Text.Json.Nodes;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Identity.Scim;

/// <summary>Where the directory finds us: the address people know, never what a request calls us.</summary>
internal sealed class ScimAddress(PublicUrl url)
{
    public const string Path = "/scim/v2";

    public string Root(HttpContext context) => url.For(context.Request) + Path;
}

/// <summary>What this service can do, in SCIM's words (RFC 7644 4, RFC 7643 5–7).</summary>
internal static class ScimDiscovery
{
    public static IResult Config(ScimAddress address, HttpContext context) => ScimJson.Answer(new JsonObject
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"),
        ["patch"] = Supported(true),
        ["bulk"] = new JsonObject { ["supported"] = false, ["maxOperations"] = 0, ["maxPayloadSize"] = 0 },
        ["filter"] = new JsonObject { ["supported"] = true, ["maxResults"] = 200 },
        ["changePassword"] = Supported(false),
        ["sort"] = Supported(false),
        ["etag"] = Supported(true),
        ["authenticationSchemes"] = new JsonArray(new JsonObject { ["type"] = "oauthbearertoken", ["name"] = "Bearer token", ["description"] = "A token of this service, made in its console.", ["primary"] = true }),
        ["meta"] = new JsonObject { ["resourceType"] = "ServiceProviderConfig", ["location"] = address.Root(context) + "/ServiceProviderConfig" },
    });

    public static IResult Types(ScimAddress address, HttpContext context) => ScimJson.List([Type("User", "/Users", ScimJson.UserSchema, address.Root(context)), Type("Group", "/Groups", ScimJson.GroupSchema, address.Root(context))], 2, 1);

    public static IResult TypeOf(string name, ScimAddress address, HttpContext context) => name switch
    {
        "User" => ScimJson.Answer(Type("User", "/Users", ScimJson.UserSchema, address.Root(context))),
        "Group" => ScimJson.Answer(Type("Group", "/Groups", ScimJson.GroupSchema, address.Root(context))),
        _ => throw new ScimException(404, null, "There is no such resource type."),
    };

    public static IResult Schemas() => ScimJson.List([UserSchema(), GroupSchema()], 2, 1);

    public static IResult SchemaOf(string id) => id switch
    {
        ScimJson.UserSchema => ScimJson.Answer(UserSchema()),
        ScimJson.GroupSchema => ScimJson.Answer(GroupSchema()),
        _ => throw new ScimException(404, null, "There is no such schema."),
    };

    private static JsonObject Type(string name, string endpoint, string schema, string root) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:ResourceType"), ["id"] = name, ["name"] = name, ["endpoint"] = endpoint, ["schema"] = schema,
        ["meta"] = new JsonObject { ["resourceType"] = "ResourceType", ["location"] = $"{root}/ResourceTypes/{name}" },
    };

    private static JsonObject UserSchema() => Schema(ScimJson.UserSchema, "User",
    [
        One("userName", required: true, uniqueness: "server"),
        Complex("name", many: false, [One("formatted"), One("givenName"), One("familyName")]),
        One("displayName"),
        One("preferredLanguage"),
        One("active", type: "boolean"),
        Complex("emails", many: true, [One("value"), One("type"), One("primary", type: "boolean")]),
        Complex("groups", many: true, [One("value", mutability: "readOnly"), One("display", mutability: "readOnly"), One("$ref", type: "reference", mutability: "readOnly")], "readOnly"),
    ]);

    private static JsonObject GroupSchema() => Schema(ScimJson.GroupSchema, "Group",
    [
        One("displayName", required: true, uniqueness: "server"),
        Complex("members", many: true, [One("value", mutability: "immutable"), One("display", mutability: "readOnly"), One("$ref", type: "reference", mutability: "immutable")]),
    ]);

    private static JsonObject Schema(string id, string name, JsonObject[] attributes) => new()
    {
        ["schemas"] = new JsonArray("urn:ietf:params:scim:schemas:core:2.0:Schema"), ["id"] = id, ["name"] = name, ["attributes"] = new JsonArray([.. attributes]),
        ["meta"] = new JsonObject { ["resourceType"] = "Schema", ["location"] = $"{ScimAddress.Path}/Schemas/{id}" },
    };

    private static JsonObject One(string name, string type = "string", bool required = false, string mutability = "readWrite", string uniqueness = "none") => new()
    {
        ["name"] = name, ["type"] = type, ["multiValued"] = false, ["required"] = required, ["caseExact"] = false, ["mutability"] = mutability, ["returned"] = "default", ["uniqueness"] = uniqueness,
    };

    private static JsonObject Complex(string name, bool many, JsonObject[] parts, string mutability = "readWrite")
    {
        var attribute = One(name, "complex", mutability: mutability);
        attribute["multiValued"] = many;
        attribute["subAttributes"] = new JsonArray([.. parts]);
        return attribute;
    }

    private static JsonObject Supported(bool yes) => new() { ["supported"] = yes };
}
