using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Approving;
using Queqiao.Server.Identity.Auditing;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>Who did what. The row is part of the deed's transaction: neither is ever kept without the other.</summary>
internal static class Audit
{
    /// <summary>Saves what the unit has tracked so far together with its audit row.</summary>
    /// <param name="unit">The transaction of the deed.</param>
    /// <param name="by">Who acted, and from where.</param>
    /// <param name="action">Object and verb in the past: <c>channel.created</c>.</param>
    /// <param name="objectKind">What it was done to: <c>channel</c>.</param>
    /// <param name="objectId">Which one; null when there is none (somebody unknown tried to sign in).</param>
    /// <param name="detail">What changed, as JSON; no secrets, no personal data.</param>
    public static async Task Record(
        WriteUnit unit, AuditBy by, string action, string objectKind, string? objectId, object? detail, CancellationToken ct)
    {
        var row = new AuditRow
        {
            Ws = by.Ws,
            Id = unit.Ids.New(),
            At = unit.Ids.Now(),
            ActorKind = by.Kind,
            ActorId = by.Id,
            Action = action,
            ObjectKind = objectKind,
            ObjectId = objectId,
            Detail = detail is null ? null : JsonSerializer.Serialize(detail, detail.GetType(), StrictJson.Options),
            Address = by.Address,
            Via = by.Via,
        };
        row.Mac = AuditDigest.Of(unit.Vault, by.Ws)?.Row(row);
        unit.Db.Table<AuditRow>().Add(row);
        await unit.Db.SaveChangesAsync(ct);
        if (by.Run is { Spent: false } run)
            await Approvals.Spend(unit, by.Ws, run, ct);
    }

    /// <summary>
    /// Notes that somebody is about to be shown what not everybody may see (an export, a transcript, something masked). Await it before the
    /// first byte of the answer: what cannot be noted is not answered, for this throws then.
    /// </summary>
    public static Task Reading(
        IStorageEngine storage, Actor actor, HttpContext context, string action, string objectKind, string? objectId, object? detail, CancellationToken ct) =>
        storage.Run(actor.Ws, async (unit, stop) =>
        {
            await Record(unit, AuditBy.Agent(actor, context), action, objectKind, objectId, detail, stop);
            return 0;
        }, ct);

    /// <summary>What the last row of this action was about; null when there is none.</summary>
    public static async Task<string?> LastObjectOf(IStorageEngine storage, int ws, string action, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<AuditRow>().AsNoTracking()
            .Where(row => row.Ws == ws && row.Action == action)
            .OrderByDescending(row => row.At)
            .Select(row => row.ObjectId)
            .FirstOrDefaultAsync(ct);
    }
}

/// <summary>Who an audit row names.</summary>
/// <param name="Ws">0 when no workspace is known: a stranger tried to sign in.</param>
/// <param name="Kind"><c>agent</c>, <c>token</c> (a program for an agent), <c>system</c> or <c>anonymous</c>.</param>
internal sealed record AuditBy(int Ws, string Kind, Guid? Id, string? Address)
{
    /// <summary>What they acted through: <c>session:ID</c>, <c>token:ID</c>, <c>approval:ID</c>.</summary>
    public string? Via { get; init; }

    /// <summary>An agent, at their own request, or a program with their token.</summary>
    public static AuditBy Agent(Actor actor, HttpContext context) =>
        new(actor.Ws, actor.TokenId is null ? "agent" : "token", actor.AgentId, AddressOf(context)) { Via = ViaOf(actor, context), Run = context.Features.Get<ApprovedRun>() };

    /// <summary>The approval that this deed was waiting for: it is spent in the deed's transaction.</summary>
    internal ApprovedRun? Run { get; init; }

    private static string? ViaOf(Actor actor, HttpContext context) =>
        context.Features.Get<ApprovedRun>() is { } run ? $"approval:{run.Approval}"
        : actor.TokenId is { } token ? $"token:{token}"
        : context.Features.Get<SignedInBy>() is { } session ? $"session:{Sessions.ListSessions.IdOf(session.TokenHash)}" : null;

    /// <summary>The server itself, or whoever has its console: command line, demo.</summary>
    public static AuditBy System(int ws) => new(ws, "system", null, null);

    /// <summary>Nobody that has proven who they are.</summary>
    public static AuditBy Anonymous(int ws, HttpContext context) => new(ws, "anonymous", null, AddressOf(context));

    /// <summary>Where a request came from. IPv4 addresses are written as such, however the socket took them in.</summary>
    public static string? AddressOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };
}
