using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Features;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Scim;

/// <summary>
/// What every kind of resource of a directory does alike (RFC 7644 3): read the body, take the workspace's lock, find the resource, refuse a
/// stale wish, and answer with what it is now. A kind says what is stored.
/// </summary>
internal abstract class ScimEndpoints(IStorageEngine storage, ScimAddress address)
{
    /// <summary>Those that the directory may see; only one with <paramref name="only"/>.</summary>
    protected abstract Task<List<JsonObject>> Load(QueqiaoDb db, int ws, string root, Guid? only, CancellationToken ct);

    protected abstract string NotThere { get; }

    /// <summary>Stores a new one; its id.</summary>
    protected abstract Task<Guid> Add(WriteUnit unit, ScimDeed deed, JsonObject wish, CancellationToken ct);

    /// <summary>Makes one what is wished.</summary>
    protected abstract Task Change(WriteUnit unit, ScimDeed deed, Guid id, JsonObject wish, CancellationToken ct);

    /// <param name="now">What it is.</param>
    protected abstract Task Remove(WriteUnit unit, ScimDeed deed, Guid id, JsonObject now, CancellationToken ct);

    public async Task<IResult> List(HttpContext context, CancellationToken ct)
    {
        var ws = DirectoryOf(context).Maker.Ws;
        await using var db = storage.Read(ws);
        return ScimResources.Page(await Load(db, ws, address.Root(context), only: null, ct), context);
    }

    public async Task<IResult> Show(Guid id, HttpContext context, CancellationToken ct)
    {
        var ws = DirectoryOf(context).Maker.Ws;
        await using var db = storage.Read(ws);
        return ScimResources.One(await Find(db, ws, id, context, ct), context);
    }

    public async Task<IResult> Create(HttpContext context, CancellationToken ct)
    {
        var body = await ScimJson.Read(context.Request, ct);
        return await Run(context, async (unit, deed, stop) =>
            ScimResources.One(await Find(unit.Db, unit.Ws, await Add(unit, deed, body, stop), context, stop), context, StatusCodes.Status201Created), ct);
    }

    public Task<IResult> Replace(Guid id, HttpContext context, CancellationToken ct) => Change(id, (_, body) => body, context, ct);

    public Task<IResult> Patch(Guid id, HttpContext context, CancellationToken ct) => Change(id, ScimPatch.Apply, context, ct);

    public Task<IResult> Delete(Guid id, HttpContext context, CancellationToken ct) => Run(context, async (unit, deed, stop) =>
    {
        await Remove(unit, deed, id, await Fresh(unit, id, context, stop), stop);
        return Results.NoContent();
    }, ct);

    private async Task<IResult> Change(Guid id, Func<JsonObject, JsonObject, JsonObject> change, HttpContext context, CancellationToken ct)
    {
        var body = await ScimJson.Read(context.Request, ct);
        return await Run(context, async (unit, deed, stop) =>
        {
            await Change(unit, deed, id, change(await Fresh(unit, id, context, stop), body), stop);
            return ScimResources.One(await Find(unit.Db, unit.Ws, id, context, stop), context);
        }, ct);
    }

    private Task<IResult> Run(HttpContext context, Func<WriteUnit, ScimDeed, CancellationToken, Task<IResult>> work, CancellationToken ct)
    {
        var deed = new ScimDeed(DirectoryOf(context), context);
        return storage.Run(deed.Directory.Maker.Ws, async (unit, stop) =>
        {
            await WorkspaceLock.Take(unit, stop);
            return await work(unit, deed, stop);
        }, ct);
    }

    private async Task<JsonObject> Fresh(WriteUnit unit, Guid id, HttpContext context, CancellationToken ct)
    {
        var now = await Find(unit.Db, unit.Ws, id, context, ct);
        ScimResources.RefuseStale(now, context);
        return now;
    }

    private async Task<JsonObject> Find(QueqiaoDb db, int ws, Guid id, HttpContext context, CancellationToken ct) =>
        await Load(db, ws, address.Root(context), id, ct) is [var found] ? found : throw new ScimException(404, null, NotThere);

    private static Directory DirectoryOf(HttpContext context) => context.Features.GetRequiredFeature<Directory>();
}

/// <summary>Which directory does it, by which request.</summary>
internal sealed record ScimDeed(Directory Directory, HttpContext Context);
