using System.Text.Json;
using System.Text.Json.Nodes;

namespace Queqiao.Server.Identity.Scim;

/// <summary>SCIM's media type, lists, errors, and reading what clients send, who are not strict.</summary>
internal static class ScimJson
{
    public const string MediaType = "application/scim+json";
    public const string UserSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
    public const string GroupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";
    private const string Messages = "urn:ietf:params:scim:api:messages:2.0:";
    private const long MostBody = 1024 * 1024;

    public static IResult Answer(JsonNode body, int status = StatusCodes.Status200OK) => Results.Text(body.ToJsonString(), MediaType, statusCode: status);

    public static IResult Error(ScimException fault)
    {
        var body = new JsonObject { ["schemas"] = new JsonArray(Messages + "Error"), ["status"] = fault.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), ["detail"] = fault.Message };
        if (fault.Type is not null)
            body["scimType"] = fault.Type;
        return Answer(body, fault.Status);
    }

    public static IResult List(IReadOnlyList<JsonObject> page, int total, int start) => Answer(new JsonObject
    {
        ["schemas"] = new JsonArray(Messages + "ListResponse"), ["totalResults"] = total, ["startIndex"] = start, ["itemsPerPage"] = page.Count, ["Resources"] = new JsonArray([.. page]),
    });

    /// <summary>The body as an object. <c>application/json</c> is taken too: some clients say so.</summary>
    public static async Task<JsonObject> Read(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > MostBody)
            throw new ScimException(413, "tooLarge", "The body is too large.");
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false };
            return await JsonNode.ParseAsync(request.Body, new JsonNodeOptions { PropertyNameCaseInsensitive = true }, options, ct) as JsonObject ?? throw Bad();
        }
        catch (Exception trouble) when (trouble is JsonException or ArgumentException)
        {
            throw Bad();
        }
    }

    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>true, or the text of it, as Entra writes it.</summary>
    public static bool? Truth(JsonNode? node) => node is not JsonValue value ? null
        : value.TryGetValue<bool>(out var truth) ? truth
        : value.TryGetValue<string>(out var text) && bool.TryParse(text, out var parsed) ? parsed : throw new ScimException(400, "invalidValue", "A boolean is expected.");

    public static ScimException Bad() => new(400, "invalidSyntax", "The body is no JSON object.");

    /// <summary>What a resource has at a path, for filters: values of lists one by one.</summary>
    public static IEnumerable<object?> At(JsonNode? node, string path) => At(node, path.Split('.'), 0);

    private static IEnumerable<object?> At(JsonNode? node, string[] steps, int from)
    {
        if (node is JsonArray list)
            return list.SelectMany(one => At(one, steps, from));
        if (from < steps.Length)
            return node is JsonObject inner ? At(inner.FirstOrDefault(member => member.Key.Equals(steps[from], StringComparison.OrdinalIgnoreCase)).Value, steps, from + 1) : [];
        return node switch { null => [], JsonObject thing => [Plain(thing["value"])], _ => [Plain(node)] };
    }

    private static object? Plain(JsonNode? node) => node is not JsonValue value ? null
        : value.TryGetValue<string>(out var text) ? text : value.TryGetValue<bool>(out var truth) ? truth : value.TryGetValue<double>(out var number) ? number : null;
}
