using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary><c>/scim/v2/Groups</c>. What a group means here is set in the console; the directory says who is in it.</summary>
internal sealed class ScimGroupEndpoints(IStorageEngine storage, ScimPeople people, ScimAddress address)
{
    private IStorageEngine Storage => storage;

    private ScimPeople People => people;

    private ScimAddress Address => address;

    private const int MostMembers = 10_000;

    public static async Task<IResult> List(ScimGroupEndpoints groups, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        await using var db = groups.Storage.Read(directory.Maker.Ws);
        return ScimResources.Page(await ScimResources.Groups(db, directory.Maker.Ws, groups.Address.Root(context), only: null, withMembers: true, ct), context);
    }

    public static async Task<IResult> Show(Guid id, ScimGroupEndpoints groups, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        await using var db = groups.Storage.Read(directory.Maker.Ws);
        return ScimResources.One(await groups.Find(db, directory, id, context, ct), context);
    }

    public static async Task<IResult> Create(ScimGroupEndpoints groups, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        var body = await ScimJson.Read(context.Request, ct);
        return await groups.Storage.Run(directory.Maker.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var now = unit.Ids.Now();
            var name = NameOf(body);
            var key = KeyOf(name);
            if (await unit.Db.Table<ScimGroup>().AnyAsync(one => one.Ws == unit.Ws && one.NameKey == key, stop))
                throw new ScimException(409, "uniqueness", "There is a group of this name.");
            var group = new ScimGroup { Ws = unit.Ws, Id = unit.Ids.New(), Name = name, NameKey = key, CreatedAt = now, ChangedAt = now };
            unit.Db.Table<ScimGroup>().Add(group);
            return await groups.Store(unit, directory, group, body, context, StatusCodes.Status201Created, stop);
        }, ct);
    }

    public static Task<IResult> Replace(Guid id, ScimGroupEndpoints groups, HttpContext context, CancellationToken ct) => groups.Change(id, (_, body) => body, context, ct);

    public static Task<IResult> Patch(Guid id, ScimGroupEndpoints groups, HttpContext context, CancellationToken ct) => groups.Change(id, ScimPatch.Apply, context, ct);

    public static async Task<IResult> Delete(Guid id, ScimGroupEndpoints groups, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        return await groups.Storage.Run(directory.Maker.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            ScimResources.RefuseStale(await groups.Find(unit.Db, directory, id, context, stop), context);
            var members = await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.GroupId == id).Select(member => member.AgentId).ToListAsync(stop);
            await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.GroupId == id).ExecuteDeleteAsync(stop);
            await groups.People.Follow(unit, directory, members, stop);
            await unit.Db.Table<ScimGroup>().Where(group => group.Ws == unit.Ws && group.Id == id).ExecuteDeleteAsync(stop);
            await Audit.Record(unit, directory.By(context), "scim_group.removed", "group", id.ToString(), new { members = members.Count }, stop);
            return Results.NoContent();
        }, ct);
    }

    private async Task<IResult> Change(Guid id, Func<JsonObject, JsonObject, JsonObject> change, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        var body = await ScimJson.Read(context.Request, ct);
        return await storage.Run(directory.Maker.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var now = await Find(unit.Db, directory, id, context, stop);
            ScimResources.RefuseStale(now, context);
            var group = await unit.Db.Table<ScimGroup>().SingleAsync(one => one.Ws == unit.Ws && one.Id == id, stop);
            return await Store(unit, directory, group, change(now, body), context, StatusCodes.Status200OK, stop);
        }, ct);
    }

    private async Task<IResult> Store(WriteUnit unit, Directory directory, ScimGroup group, JsonObject wish, HttpContext context, int status, CancellationToken ct)
    {
        var name = NameOf(wish);
        (group.Name, group.NameKey, group.ExternalId, group.ChangedAt) = (name, KeyOf(name), ScimJson.Text(wish["externalId"]), unit.Ids.Now());
        await unit.Db.SaveChangesAsync(ct);
        var changed = await Members(unit, group.Id, wish["members"] as JsonArray ?? [], ct);
        if (changed.Count > 0)
            await people.Follow(unit, directory, changed, ct);
        await Audit.Record(unit, directory.By(context), status == StatusCodes.Status201Created ? "scim_group.created" : "scim_group.changed", "group", group.Id.ToString(), new { scim = directory.TokenId, changed = changed.Count }, ct);
        return ScimResources.One(await Find(unit.Db, directory, group.Id, context, ct), context, status);
    }

    /// <summary>Makes the members those that are named. Who came or left.</summary>
    private static async Task<List<Guid>> Members(WriteUnit unit, Guid group, JsonArray wanted, CancellationToken ct)
    {
        if (wanted.Count > MostMembers)
            throw new ScimException(413, "tooLarge", "A group may have 10,000 members.");
        var named = wanted.OfType<JsonObject>().Select(one => ScimJson.Text(one["value"])).ToList();
        var after = named.Select(text => Guid.TryParse(text, out var id) ? id : throw new ScimException(400, "invalidValue", "A member is no id of a user.")).ToHashSet();
        var before = (await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.GroupId == group).Select(member => member.AgentId).ToListAsync(ct)).ToHashSet();
        var joined = after.Except(before).ToList();
        var left = before.Except(after).ToList();
        if (await unit.Db.Table<Agent>().CountAsync(agent => agent.Ws == unit.Ws && joined.Contains(agent.Id), ct) != joined.Count)
            throw new ScimException(400, "invalidValue", "A member is nobody here.");
        await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.GroupId == group && left.Contains(member.AgentId)).ExecuteDeleteAsync(ct);
        unit.Db.Table<ScimMember>().AddRange(joined.Select(agent => new ScimMember { Ws = unit.Ws, GroupId = group, AgentId = agent }));
        await unit.Db.SaveChangesAsync(ct);
        return [.. joined, .. left];
    }

    private async Task<JsonObject> Find(QueqiaoDb db, Directory directory, Guid id, HttpContext context, CancellationToken ct) =>
        await ScimResources.Groups(db, directory.Maker.Ws, address.Root(context), id, withMembers: true, ct) is [var group] ? group : throw new ScimException(404, null, "There is no group of this id.");

    private static string NameOf(JsonObject resource) =>
        ScimJson.Text(resource["displayName"])?.Trim() is { Length: > 0 and <= 200 } name ? name : throw new ScimException(400, "invalidValue", "displayName is missing or too long.");

    private static string KeyOf(string name) => name.Normalize(System.Text.NormalizationForm.FormC).ToLowerInvariant();
}
