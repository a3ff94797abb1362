using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary><c>/scim/v2/Users</c> (RFC 7644 3).</summary>
internal sealed class ScimUserEndpoints(IStorageEngine storage, ScimPeople people, ScimAddress address) : ScimEndpoints(storage, address)
{
    protected override string NotThere => "There is nobody of this id.";

    protected override Task<List<JsonObject>> Load(QueqiaoDb db, int ws, string root, Guid? only, CancellationToken ct) => ScimResources.Users(db, ws, root, only, ct);

    protected override async Task<Guid> Add(WriteUnit unit, ScimDeed deed, JsonObject wish, CancellationToken ct)
    {
        var userName = ScimJson.Text(wish["userName"])?.Trim() ?? "";
        if ((await ScimResources.Users(unit.Db, unit.Ws, "", only: null, ct)).Exists(one => string.Equals(ScimJson.Text(one["userName"]), userName, StringComparison.OrdinalIgnoreCase)))
            throw new ScimException(409, "uniqueness", "There is somebody with this userName.");
        // Whom the directory deleted comes back as who they were.
        var deleted = await unit.Db.Table<ScimUser>().AsNoTracking().Where(user => user.Ws == unit.Ws && user.DeletedAt != null && user.UserName == userName).Select(user => user.AgentId).FirstOrDefaultAsync(ct);
        var before = deleted == Guid.Empty ? null : await Agent(unit, deleted, ct);
        return (await people.Store(unit, deed.Directory, before, wish, deed.Context, ct)).Id;
    }

    protected override async Task Change(WriteUnit unit, ScimDeed deed, Guid id, JsonObject wish, CancellationToken ct) =>
        await people.Store(unit, deed.Directory, await Agent(unit, id, ct), wish, deed.Context, ct);

    /// <summary>The person stays, for conversations remember them; they can no longer come in, and the directory no longer sees them.</summary>
    protected override async Task Remove(WriteUnit unit, ScimDeed deed, Guid id, JsonObject now, CancellationToken ct)
    {
        now["active"] = false;
        await people.Store(unit, deed.Directory, await Agent(unit, id, ct), now, deed.Context, ct);
        var at = unit.Ids.Now();
        await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.AgentId == id).ExecuteDeleteAsync(ct);
        await unit.Db.Table<ScimUser>().Where(user => user.Ws == unit.Ws && user.AgentId == id).ExecuteUpdateAsync(set => set.SetProperty(user => user.DeletedAt, at), ct);
    }

    private static Task<Agent> Agent(WriteUnit unit, Guid id, CancellationToken ct) => unit.Db.Table<Agent>().SingleAsync(agent => agent.Ws == unit.Ws && agent.Id == id, ct);
}
