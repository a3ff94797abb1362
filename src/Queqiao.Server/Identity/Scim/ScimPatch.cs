using System.Text.Json.Nodes;

namespace Queqiao.Server.Identity.Scim;

/// <summary>
/// PATCH as JSON upon JSON (RFC 7644 3.5.2): pure. Takes what Entra ID and Okta send: operations in any case, <c>value</c> as an object without a
/// path, dotted names as members of it, booleans as texts, members removed by a filter or by a list of values.
/// </summary>
internal static class ScimPatch
{
    private const int MostOperations = 1_000;

    public static JsonObject Apply(JsonObject resource, JsonObject patch)
    {
        var result = (JsonObject)resource.DeepClone();
        if (patch["Operations"] is not JsonArray { Count: > 0 and <= MostOperations } operations)
            throw new ScimException(400, "invalidSyntax", "Operations are expected.");
        foreach (var operation in operations.OfType<JsonObject>())
            Apply(result, ScimJson.Text(operation["op"])?.ToLowerInvariant(), ScimJson.Text(operation["path"]), operation["value"]);
        return result;
    }

    private static void Apply(JsonObject resource, string? verb, string? path, JsonNode? value)
    {
        if (verb is not ("add" or "replace" or "remove"))
            throw new ScimException(400, "invalidSyntax", "The operation is neither add, replace nor remove.");
        if (path is { Length: > 0 })
            At(resource, verb, ScimPath.Read(path), value);
        else if (verb == "remove")
            throw new ScimException(400, "noTarget", "A removal needs a path.");
        else if (value is JsonObject members)
        {
            foreach (var (name, one) in members)
                At(resource, verb, ScimPath.Read(name), one);
        }
        else
            throw new ScimException(400, "invalidValue", "Without a path the value is an object.");
    }

    private static void At(JsonObject resource, string verb, ScimPath path, JsonNode? value)
    {
        var name = NameIn(resource, path.Attribute);
        if (path.Filter is not null)
            Within(resource, name, verb, path, value);
        else if (path.Sub is { } sub)
        {
            var inner = resource[name] as JsonObject ?? new JsonObject();
            resource[name] = inner;
            Set(inner, NameIn(inner, sub), verb, value);
        }
        else if (resource[name] is JsonArray list || path.Attribute is "members" or "emails")
            Many(resource, name, verb, value);
        else
            Set(resource, name, verb, value);
    }

    private static void Set(JsonObject at, string name, string verb, JsonNode? value)
    {
        if (verb == "remove")
            at.Remove(name);
        else if (at[name] is JsonObject inner && value is JsonObject members)
        {
            foreach (var (key, one) in members)
                inner[NameIn(inner, key)] = one?.DeepClone();
        }
        else
            at[name] = value?.DeepClone();
    }

    private static void Many(JsonObject resource, string name, string verb, JsonNode? value)
    {
        var now = resource[name] as JsonArray ?? [];
        var given = value switch { JsonArray list => list.Select(one => one?.DeepClone()).ToList(), null => [], var one => [one.DeepClone()] };
        var values = given.Select(ValueOf).ToHashSet(StringComparer.OrdinalIgnoreCase);
        resource[name] = verb switch
        {
            "replace" => new JsonArray([.. given]),
            "remove" when given.Count == 0 => new JsonArray(),
            "remove" => new JsonArray([.. now.Where(one => !values.Contains(ValueOf(one))).Select(one => one?.DeepClone())]),
            _ => new JsonArray([.. now.Where(one => !values.Contains(ValueOf(one))).Select(one => one?.DeepClone()), .. given]),
        };
    }

    private static void Within(JsonObject resource, string name, string verb, ScimPath path, JsonNode? value)
    {
        var list = resource[name] as JsonArray ?? [];
        var kept = new JsonArray();
        var found = false;
        foreach (var one in list.Select(one => one?.DeepClone()))
        {
            if (one is not JsonObject thing || !path.Filter!.Matches(at => ScimJson.At(thing, at)))
            {
                kept.Add(one);
                continue;
            }
            found = true;
            if (verb == "remove" && path.Sub is null)
                continue;
            if (path.Sub is { } sub)
                Set(thing, NameIn(thing, sub), verb, value);
            else if (value is JsonObject members)
                Set(thing, members);
            kept.Add(one);
        }
        // Entra replaces emails[type eq "work"].value before there is one.
        if (!found && verb != "remove" && path.Filter is ScimFilter.Compare { Operator: "eq", Value: string type } compare)
            kept.Add(new JsonObject { [compare.Path] = type, [path.Sub ?? "value"] = value?.DeepClone() });
        resource[name] = kept;
    }

    private static void Set(JsonObject thing, JsonObject members)
    {
        foreach (var (key, one) in members)
            thing[NameIn(thing, key)] = one?.DeepClone();
    }

    private static string ValueOf(JsonNode? one) => one is JsonObject thing ? ScimJson.Text(thing["value"]) ?? "" : ScimJson.Text(one) ?? "";

    /// <summary>Names have no case in SCIM (RFC 7643 2.1): the one that is there counts.</summary>
    private static string NameIn(JsonObject at, string name) => at.FirstOrDefault(member => member.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Key ?? name switch
    {
        "displayname" => "displayName", "username" => "userName", "externalid" => "externalId", "givenname" => "givenName", "familyname" => "familyName", "preferredlanguage" => "preferredLanguage", _ => name,
    };
}
