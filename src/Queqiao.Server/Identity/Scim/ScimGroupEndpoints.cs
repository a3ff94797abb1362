using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary><c>/scim/v2/Groups</c>. What a group means here is set in the console; the directory says who is in it.</summary>
internal sealed class ScimGroupEndpoints(IStorageEngine storage, ScimPeople people, ScimAddress address) : ScimEndpoints(storage, address)
{
    private const int MostMembers = 10_000;

    protected override string NotThere => "There is no group of this id.";

    protected override Task<List<JsonObject>> Load(QueqiaoDb db, int ws, string root, Guid? only, CancellationToken ct) => ScimResources.Groups(db, ws, root, only, withMembers: true, ct);

    protected override async Task<Guid> Add(WriteUnit unit, ScimDeed deed, JsonObject wish, CancellationToken ct)
    {
        var (now, name) = (unit.Ids.Now(), NameOf(wish));
        var key = KeyOf(name);
        if (await unit.Db.Table<ScimGroup>().AnyAsync(one => one.Ws == unit.Ws && one.NameKey == key, ct))
            throw new ScimException(409, "uniqueness", "There is a group of this name.");
        var group = new ScimGroup { Ws = unit.Ws, Id = unit.Ids.New(), Name = name, NameKey = key, CreatedAt = now, ChangedAt = now };
        unit.Db.Table<ScimGroup>().Add(group);
        await Store(unit, deed, group, wish, "scim_group.created", ct);
        return group.Id;
    }

    protected override async Task Change(WriteUnit unit, ScimDeed deed, Guid id, JsonObject wish, CancellationToken ct) =>
        await Store(unit, deed, await unit.Db.Table<ScimGroup>().SingleAsync(one => one.Ws == unit.Ws && one.Id == id, ct), wish, "scim_group.changed", ct);

    protected override async Task Remove(WriteUnit unit, ScimDeed deed, Guid id, JsonObject now, CancellationToken ct)
    {
        var members = await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.GroupId == id).Select(member => member.AgentId).ToListAsync(ct);
        await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.GroupId == id).ExecuteDeleteAsync(ct);
        await people.Follow(unit, deed.Directory, members, ct);
        await unit.Db.Table<ScimGroup>().Where(group => group.Ws == unit.Ws && group.Id == id).ExecuteDeleteAsync(ct);
        await Audit.Record(unit, deed.Directory.By(deed.Context), "scim_group.removed", "group", id.ToString(), new { members = members.Count }, ct);
    }

    private async Task Store(WriteUnit unit, ScimDeed deed, ScimGroup group, JsonObject wish, string action, CancellationToken ct)
    {
        var name = NameOf(wish);
        (group.Name, group.NameKey, group.ExternalId, group.ChangedAt) = (name, KeyOf(name), ScimJson.Text(wish["externalId"]), unit.Ids.Now());
        await unit.Db.SaveChangesAsync(ct);
        var changed = await Members(unit, group.Id, wish["members"] as JsonArray ?? [], ct);
        if (changed.Count > 0)
            await people.Follow(unit, deed.Directory, changed, ct);
        await Audit.Record(unit, deed.Directory.By(deed.Context), action, "group", group.Id.ToString(), new { scim = deed.Directory.TokenId, changed = changed.Count }, ct);
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

    private static string NameOf(JsonObject resource) =>
        ScimJson.Text(resource["displayName"])?.Trim() is { Length: > 0 and <= 200 } name ? name : throw new ScimException(400, "invalidValue", "displayName is missing or too long.");

    private static string KeyOf(string name) => name.Normalize(System.Text.NormalizationForm.FormC).ToLowerInvariant();
}
