using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Security;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Devices;

/// <summary>Browsers that people signed in with: which are known, and which stand in for the second factor for a while.</summary>
internal sealed class KnownDevices(IStorageEngine storage, INotices notices, TimeProvider clock)
{
    private const int MostOfOne = 50;

    /// <summary>Whether this browser was remembered by this agent, and still counts.</summary>
    public async Task<bool> IsTrusted(int ws, Guid agent, HttpContext context, CancellationToken ct)
    {
        if (TokenText.Hash(DeviceCookie.Of(context.Request)) is not { } hash)
            return false;
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await using var db = storage.Read(ws);
        return await Trusted(db, ws, agent, hash, now).AnyAsync(ct);
    }

    /// <summary>The same inside a transaction.</summary>
    public static async Task<bool> IsTrusted(WriteUnit unit, Guid agent, HttpContext context, CancellationToken ct) =>
        TokenText.Hash(DeviceCookie.Of(context.Request)) is { } hash && await Trusted(unit.Db, unit.Ws, agent, hash, unit.Ids.Now()).AnyAsync(ct);

    private static IQueryable<KnownDevice> Trusted(QueqiaoDb db, int ws, Guid agent, byte[] hash, long now) =>
        db.Table<KnownDevice>().Where(device => device.Ws == ws && device.AgentId == agent && device.TokenHash == hash && device.TrustedUntil > now);

    /// <summary>
    /// Somebody comes in with this browser: notes it, and tells them when it was not known and they have been here before. The cookie is
    /// kept when it is another colleague's too: whose browser it is says the row.
    /// </summary>
    /// <param name="trust">For how long it stands in for the second factor, which was right just now; null: as before.</param>
    public async Task<(Guid Id, bool IsNew)> Arrive(WriteUnit unit, Guid agent, HttpContext context, TimeSpan? trust, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var token = DeviceCookie.Of(context.Request);
        var hash = TokenText.Hash(token);
        var known = hash is null ? null : await unit.Db.Table<KnownDevice>().SingleOrDefaultAsync(device => device.Ws == unit.Ws && device.AgentId == agent && device.TokenHash == hash, ct);
        var isNew = known is null;
        if (known is null)
        {
            if (hash is null)
            {
                token = TokenText.New().Reveal();
                hash = TokenText.Hash(token)!;
            }
            known = new KnownDevice { Ws = unit.Ws, Id = unit.Ids.New(), AgentId = agent, TokenHash = hash, FirstSeenAt = now, LastSeenAt = now };
            await ForgetOldest(unit, agent, ct);
            if (await HasComeBefore(unit, agent, ct))
                await notices.Tell(unit, [agent], NoticeKinds.NewDevice, known.Id.ToString(), null, ct);
            unit.Db.Table<KnownDevice>().Add(known);
        }
        (known.LastSeenAt, known.Address, known.UserAgent) = (now, AuditBy.AddressOf(context), Sessions.AgentSessions.Shortened(context.Request.Headers.UserAgent));
        if (trust is { } length)
            known.TrustedUntil = now + (long)length.TotalMilliseconds;
        await unit.Db.SaveChangesAsync(ct);
        unit.AfterCommit(() => DeviceCookie.Set(context, token!));
        return (known.Id, isNew);
    }

    /// <summary>No browser stands in for this agent's second factor any more: after another password, or when the factor itself changes.</summary>
    public static Task<int> Distrust(WriteUnit unit, Guid agent, CancellationToken ct) => unit.Db.Table<KnownDevice>()
        .Where(device => device.Ws == unit.Ws && device.AgentId == agent && device.TrustedUntil != null)
        .ExecuteUpdateAsync(set => set.SetProperty(device => device.TrustedUntil, (long?)null), ct);

    /// <summary>The first browser of an account is no news, and none is after the upgrade to a version that knows browsers.</summary>
    private static Task<bool> HasComeBefore(WriteUnit unit, Guid agent, CancellationToken ct) =>
        unit.Db.Table<KnownDevice>().AnyAsync(device => device.Ws == unit.Ws && device.AgentId == agent, ct);

    private static async Task ForgetOldest(WriteUnit unit, Guid agent, CancellationToken ct)
    {
        var oldest = await unit.Db.Table<KnownDevice>().Where(device => device.Ws == unit.Ws && device.AgentId == agent)
            .OrderByDescending(device => device.LastSeenAt).Skip(MostOfOne - 1).Select(device => device.Id).ToListAsync(ct);
        if (oldest.Count > 0)
            await unit.Db.Table<KnownDevice>().Where(device => device.Ws == unit.Ws && oldest.Contains(device.Id)).ExecuteDeleteAsync(ct);
    }
}
