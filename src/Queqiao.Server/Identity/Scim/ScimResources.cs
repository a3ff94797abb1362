using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary>Agents and groups as SCIM resources.</summary>
internal static class ScimResources
{
    private const int MostPage = 200;

    /// <summary>Everybody the directory may see: all colleagues but those it deleted.</summary>
    public static async Task<List<JsonObject>> Users(QueqiaoDb db, int ws, string root, Guid? only, CancellationToken ct)
    {
        var rows = await (
            from agent in db.Table<Agent>().AsNoTracking()
            join user in db.Table<ScimUser>() on new { agent.Ws, AgentId = agent.Id } equals new { user.Ws, user.AgentId } into users
            from user in users.DefaultIfEmpty()
            where agent.Ws == ws && (only == null || agent.Id == only) && (user == null || user.DeletedAt == null)
            orderby agent.Id
            select new { Agent = agent, User = user }).ToListAsync(ct);
        var groups = (await (
            from member in db.Table<ScimMember>().AsNoTracking()
            join held in db.Table<ScimGroup>() on new { member.Ws, Id = member.GroupId } equals new { held.Ws, held.Id }
            where member.Ws == ws && (only == null || member.AgentId == only)
            select new { member.AgentId, held.Id, held.Name }).ToListAsync(ct)).ToLookup(one => one.AgentId);
        return [.. rows.Select(row => User(row.Agent, row.User, root, groups[row.Agent.Id].Select(one => (one.Id, one.Name))))];
    }

    private static JsonObject User(Agent agent, ScimUser? user, string root, IEnumerable<(Guid Id, string Name)> groups)
    {
        var name = user?.Name is { } parts ? (JsonObject)JsonNode.Parse(parts)! : new JsonObject { ["formatted"] = agent.Name };
        var resource = new JsonObject(new JsonNodeOptions { PropertyNameCaseInsensitive = true })
        {
            ["schemas"] = new JsonArray(ScimJson.UserSchema), ["id"] = agent.Id.ToString(), ["userName"] = user?.UserName ?? agent.Email, ["name"] = name, ["displayName"] = agent.Name,
            ["active"] = agent.DisabledAt is null, ["preferredLanguage"] = agent.Locale,
            ["emails"] = new JsonArray(new JsonObject { ["value"] = agent.Email, ["type"] = "work", ["primary"] = true }),
            ["groups"] = new JsonArray([.. groups.Select(group => new JsonObject { ["value"] = group.Id.ToString(), ["display"] = group.Name, ["$ref"] = $"{root}/Groups/{group.Id}" })]),
        };
        if (user?.ExternalId is { } external)
            resource["externalId"] = external;
        return WithMeta(resource, "User", $"{root}/Users/{agent.Id}", user?.CreatedAt ?? agent.CreatedAt, user?.ChangedAt ?? agent.CreatedAt);
    }

    public static async Task<List<JsonObject>> Groups(QueqiaoDb db, int ws, string root, Guid? only, bool withMembers, CancellationToken ct)
    {
        var rows = await db.Table<ScimGroup>().AsNoTracking().Where(group => group.Ws == ws && (only == null || group.Id == only)).OrderBy(group => group.Id).ToListAsync(ct);
        var members = !withMembers ? null : (await (
            from member in db.Table<ScimMember>().AsNoTracking()
            join agent in db.Table<Agent>() on new { member.Ws, Id = member.AgentId } equals new { agent.Ws, agent.Id }
            where member.Ws == ws && (only == null || member.GroupId == only)
            orderby agent.Id
            select new { member.GroupId, agent.Id, agent.Name }).ToListAsync(ct)).ToLookup(one => one.GroupId);
        return [.. rows.Select(group =>
        {
            var resource = new JsonObject(new JsonNodeOptions { PropertyNameCaseInsensitive = true })
            {
                ["schemas"] = new JsonArray(ScimJson.GroupSchema), ["id"] = group.Id.ToString(), ["displayName"] = group.Name,
            };
            if (group.ExternalId is not null)
                resource["externalId"] = group.ExternalId;
            if (members is not null)
                resource["members"] = new JsonArray([.. members[group.Id].Select(one => new JsonObject { ["value"] = one.Id.ToString(), ["display"] = one.Name, ["$ref"] = $"{root}/Users/{one.Id}" })]);
            return WithMeta(resource, "Group", $"{root}/Groups/{group.Id}", group.CreatedAt, group.ChangedAt);
        })];
    }

    /// <summary>The version is what the resource says: whatever changed it, here or there, changes it.</summary>
    private static JsonObject WithMeta(JsonObject resource, string type, string location, long created, long changed)
    {
        var version = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(resource.ToJsonString())).AsSpan(..8))}\"";
        resource["meta"] = new JsonObject { ["resourceType"] = type, ["created"] = Time(created), ["lastModified"] = Time(changed), ["location"] = location, ["version"] = version };
        return resource;
    }

    private static string Time(long at) => Instants.Of(at).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    public static string VersionOf(JsonObject resource) => ScimJson.Text(resource["meta"]!["version"])!;

    /// <summary>One resource, with its version; 304 when the caller has it (RFC 7644 3.14).</summary>
    public static IResult One(JsonObject resource, HttpContext context, int status = StatusCodes.Status200OK)
    {
        var version = VersionOf(resource);
        context.Response.Headers.ETag = version;
        if (status == StatusCodes.Status201Created)
            context.Response.Headers.Location = ScimJson.Text(resource["meta"]!["location"]);
        return HttpMethods.IsGet(context.Request.Method) && Names(context.Request.Headers.IfNoneMatch, version) ? Results.StatusCode(StatusCodes.Status304NotModified) : ScimJson.Answer(Chosen(resource, context.Request.Query), status);
    }

    public static void RefuseStale(JsonObject resource, HttpContext context)
    {
        if (context.Request.Headers.IfMatch is { Count: > 0 } wanted && !Names(wanted, VersionOf(resource)))
            throw new ScimException(412, null, "It was changed meanwhile.");
    }

    private static bool Names(Microsoft.Extensions.Primitives.StringValues header, string version) =>
        header.Any(one => one is not null && one.Split(',').Any(text => text.Trim() == "*" || text.Trim() == version));

    /// <summary>A page of those that the filter takes (RFC 7644 3.4.2).</summary>
    public static IResult Page(List<JsonObject> all, HttpContext context)
    {
        var query = context.Request.Query;
        if (query["filter"].ToString() is { Length: > 0 } text)
        {
            if (text.Length > 2_000)
                throw new ScimException(400, "invalidFilter", "The filter is too long.");
            var filter = ScimFilter.Read(text);
            all = [.. all.Where(resource => filter.Matches(path => ScimJson.At(resource, path)))];
        }
        var start = Math.Max(1, Number(query["startIndex"]) ?? 1);
        var count = Math.Clamp(Number(query["count"]) ?? 100, 0, MostPage);
        return ScimJson.List([.. all.Skip(start - 1).Take(count).Select(resource => Chosen(resource, query))], all.Count, start);
    }

    private static int? Number(string? text) => string.IsNullOrEmpty(text) ? null
        : int.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : throw new ScimException(400, "invalidValue", "startIndex and count are numbers.");

    /// <summary>Only what was asked for (RFC 7644 3.9); id, schemas and meta always.</summary>
    private static JsonObject Chosen(JsonObject resource, IQueryCollection query)
    {
        var wanted = Names(query["attributes"]);
        var unwanted = Names(query["excludedAttributes"]);
        if (wanted.Count == 0 && unwanted.Count == 0)
            return (JsonObject)resource.DeepClone();
        var chosen = new JsonObject();
        foreach (var (name, value) in resource)
        {
            if (name is "id" or "schemas" or "meta" || (wanted.Count > 0 ? wanted.Contains(name) : !unwanted.Contains(name)))
                chosen[name] = value?.DeepClone();
        }
        return chosen;
    }

    private static HashSet<string> Names(Microsoft.Extensions.Primitives.StringValues given) =>
        given.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(path => ScimPath.WithoutUrn(path).Split('.')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
}
