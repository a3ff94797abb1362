using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary><c>/scim/v2/Users</c> (RFC 7644 3).</summary>
internal sealed class ScimUserEndpoints(IStorageEngine storage, ScimPeople people, ScimAddress address)
{
    private IStorageEngine Storage => storage;

    private ScimPeople People => people;

    private ScimAddress Address => address;

    public static async Task<IResult> List(ScimUserEndpoints users, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        await using var db = users.Storage.Read(directory.Maker.Ws);
        return ScimResources.Page(await ScimResources.Users(db, directory.Maker.Ws, users.Address.Root(context), only: null, ct), context);
    }

    public static async Task<IResult> Show(Guid id, ScimUserEndpoints users, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        await using var db = users.Storage.Read(directory.Maker.Ws);
        return ScimResources.One(await users.Find(db, directory, id, context, ct), context);
    }

    public static async Task<IResult> Create(ScimUserEndpoints users, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        var body = await ScimJson.Read(context.Request, ct);
        return await users.Storage.Run(directory.Maker.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var userName = ScimJson.Text(body["userName"])?.Trim() ?? "";
            if ((await ScimResources.Users(unit.Db, unit.Ws, "", only: null, stop)).Exists(one => string.Equals(ScimJson.Text(one["userName"]), userName, StringComparison.OrdinalIgnoreCase)))
                throw new ScimException(409, "uniqueness", "There is somebody with this userName.");
            // Whom the directory deleted comes back as who they were.
            var deleted = await unit.Db.Table<ScimUser>().AsNoTracking().Where(user => user.Ws == unit.Ws && user.DeletedAt != null && user.UserName == userName).Select(user => user.AgentId).FirstOrDefaultAsync(stop);
            var before = deleted == Guid.Empty ? null : await unit.Db.Table<Agent>().SingleAsync(agent => agent.Ws == unit.Ws && agent.Id == deleted, stop);
            var agent = await users.People.Store(unit, directory, before, body, context, stop);
            return ScimResources.One(await users.Find(unit.Db, directory, agent.Id, context, stop), context, StatusCodes.Status201Created);
        }, ct);
    }

    public static Task<IResult> Replace(Guid id, ScimUserEndpoints users, HttpContext context, CancellationToken ct) => users.Change(id, (_, body) => body, context, ct);

    public static Task<IResult> Patch(Guid id, ScimUserEndpoints users, HttpContext context, CancellationToken ct) => users.Change(id, ScimPatch.Apply, context, ct);

    private async Task<IResult> Change(Guid id, Func<JsonObject, JsonObject, JsonObject> change, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        var body = await ScimJson.Read(context.Request, ct);
        return await storage.Run(directory.Maker.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var now = await Find(unit.Db, directory, id, context, stop);
            ScimResources.RefuseStale(now, context);
            var agent = await unit.Db.Table<Agent>().SingleAsync(agent => agent.Ws == unit.Ws && agent.Id == id, stop);
            await people.Store(unit, directory, agent, change(now, body), context, stop);
            return ScimResources.One(await Find(unit.Db, directory, id, context, stop), context);
        }, ct);
    }

    /// <summary>The person stays, for conversations remember them; they can no longer come in, and the directory no longer sees them.</summary>
    public static async Task<IResult> Delete(Guid id, ScimUserEndpoints users, HttpContext context, CancellationToken ct)
    {
        var directory = context.Features.GetRequiredFeature<Directory>();
        return await users.Storage.Run(directory.Maker.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            var now = await users.Find(unit.Db, directory, id, context, stop);
            ScimResources.RefuseStale(now, context);
            var agent = await unit.Db.Table<Agent>().SingleAsync(agent => agent.Ws == unit.Ws && agent.Id == id, stop);
            now["active"] = false;
            await users.People.Store(unit, directory, agent, now, context, stop);
            var at = unit.Ids.Now();
            await unit.Db.Table<ScimMember>().Where(member => member.Ws == unit.Ws && member.AgentId == id).ExecuteDeleteAsync(stop);
            await unit.Db.Table<ScimUser>().Where(user => user.Ws == unit.Ws && user.AgentId == id).ExecuteUpdateAsync(set => set.SetProperty(user => user.DeletedAt, at), stop);
            return Results.NoContent();
        }, ct);
    }

    private async Task<JsonObject> Find(QueqiaoDb db, Directory directory, Guid id, HttpContext context, CancellationToken ct) =>
        await ScimResources.Users(db, directory.Maker.Ws, address.Root(context), id, ct) is [var user] ? user : throw new ScimException(404, null, "There is nobody of this id.");
}
