using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Identity.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity.Approving;

/// <summary>Holds requests that need a second person, and writes down what is wanted and why.</summary>
internal sealed class SecondPerson(IStorageEngine storage, IRights rights, INotices notices, TimeProvider clock) : ISecondPerson
{
    /// <summary>Carries the reason, percent-encoded: with it the request is put before the others.</summary>
    public const string Header = "Request-Approval";

    private const int LongestReason = 500;
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    private readonly FreshCache<int, HashSet<string>> _rules = new(clock, FreshFor);

    public void RulesChanged(int ws) => _rules.Forget(ws);

    public async ValueTask<IReadOnlySet<string>> RulesOf(int ws, CancellationToken ct) => (await _rules.Get(ws, async (one, stop) =>
    {
        await using var db = storage.Read(one);
        return await db.Table<ApprovalRule>().Where(rule => rule.Ws == one).Select(rule => rule.Act).ToHashSetAsync(stop);
    }, ct))!;

    public async ValueTask<Refusal?> Ask(HttpContext context, Actor actor, SecondPersonNeeded? deed, string? marked)
    {
        var ct = context.RequestAborted;
        if (context.Features.Get<ApprovedRun>() is not null)
            return null;
        var rules = await RulesOf(actor.Ws, ct);
        var ruled = deed is not null && (rules.Contains(deed.Act) || (deed.Act == Acts.ChangeRules && rules.Count > 0));
        if (!ruled && marked is null)
            return null;
        if (await BodyOf(context.Request, ct) is not { } body)
            return new Refusal(StatusCodes.Status413PayloadTooLarge, "payload_too_large");
        if (marked is null && deed!.Members.Length > 0 && !HasOneOf(body, deed.Members))
            return null;
        return await Hold(context, actor, ruled ? deed!.Act : marked!, body, ct);
    }

    private async Task<Refusal?> Hold(HttpContext context, Actor actor, string act, string body, CancellationToken ct)
    {
        if (actor.TokenId is not null)
            return Refusal.Forbidden("person_required");
        if (!await context.ProvenRecently())
            return Refusal.Forbidden("proof_required");
        if (!context.Request.Headers.TryGetValue(Header, out var given))
            return Refusal.Forbidden("approval_needed");
        var reason = Uri.UnescapeDataString(given.ToString()).Trim();
        if (reason.Length is 0 or > LongestReason || reason.Any(char.IsControl))
            return Refusal.Invalid("reason", reason.Length == 0 ? "required" : "too_long", LongestReason);
        var others = await Others(actor, ct);
        if (others.Count == 0)
            return Refusal.Conflict("nobody_may_approve");
        var endpoint = (RouteEndpoint)context.GetEndpoint()!;
        var request = new CapturedRequest(
            context.Request.RouteValues.Where(value => value.Value is not null).ToDictionary(value => value.Key, value => value.Value!.ToString()!, StringComparer.Ordinal),
            context.Request.QueryString.Value ?? "", body.Length == 0 ? null : body, context.Request.Headers.AcceptLanguage);
        var id = await Write(context, new Wish(actor, act, reason, endpoint.RoutePattern.RawText!, request, others), ct);
        if (id is null)
            return Refusal.Conflict("too_many_approvals", Approvals.MostWaiting);
        context.Response.Headers.Location = $"/api/v1/approvals/{id}";
        return new Refusal(StatusCodes.Status202Accepted, "approval_requested");
    }

    /// <param name="Others">Who may say yes: they are told.</param>
    private sealed record Wish(Actor Actor, string Act, string Reason, string Route, CapturedRequest Request, IReadOnlyList<Guid> Others);

    private Task<Guid?> Write(HttpContext context, Wish wish, CancellationToken ct) => storage.Run<Guid?>(wish.Actor.Ws, async (unit, stop) =>
    {
        var (actor, act) = (wish.Actor, wish.Act);
        var now = unit.Ids.Now();
        if (await unit.Db.Table<ApprovalRow>().CountAsync(row => row.Ws == actor.Ws && row.RequestedBy == actor.AgentId && row.State == ApprovalState.Waiting && row.ExpiresAt > now, stop) >= Approvals.MostWaiting)
            return null;
        var id = unit.Ids.New();
        unit.Db.Table<ApprovalRow>().Add(new ApprovalRow
        {
            Ws = actor.Ws, Id = id, Act = act, State = ApprovalState.Waiting, Method = context.Request.Method, Route = wish.Route, Path = context.Request.Path.Value!,
            Request = wish.Request.Seal(unit.Vault, actor.Ws, id), Reason = CapturedRequest.SealWords(unit.Vault, actor.Ws, id, wish.Reason),
            RequestedBy = actor.AgentId, RequestedAt = now, ExpiresAt = now + (long)Approvals.Lasts.TotalMilliseconds,
        });
        await notices.Tell(unit, wish.Others, NoticeKinds.ApprovalAsked, id.ToString(), new { act }, stop);
        await Audit.Record(unit, AuditBy.Agent(actor, context), "approval.requested", "approval", id.ToString(), new { act, method = context.Request.Method, path = context.Request.Path.Value }, stop);
        return id;
    }, ct);

    /// <summary>Whether there is anybody to ask.</summary>
    public async Task<bool> SomebodyElse(Actor actor, CancellationToken ct) => (await Others(actor, ct)).Count > 0;

    private async Task<IReadOnlyList<Guid>> Others(Actor actor, CancellationToken ct)
    {
        var may = new List<Guid>();
        await using var db = storage.Read(actor.Ws);
        var others = await db.Table<Agent>().Where(agent => agent.Ws == actor.Ws && agent.Id != actor.AgentId && agent.DisabledAt == null).Select(agent => agent.Id).ToListAsync(ct);
        foreach (var other in others)
        {
            if ((await rights.Of(actor.Ws, other, ct))?.Whole.May(Permissions.DecideApprovals) == true)
                may.Add(other);
        }
        return may;
    }

    /// <summary>The body, which is read again by the endpoint; null: too large.</summary>
    private static async Task<string?> BodyOf(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > CapturedRequest.MostBytes)
            return null;
        request.EnableBuffering();
        using var reader = new StreamReader(request.Body, leaveOpen: true);
        var text = new char[CapturedRequest.MostBytes + 1];
        var length = await reader.ReadBlockAsync(text, ct);
        request.Body.Position = 0;
        return length > CapturedRequest.MostBytes ? null : new string(text, 0, length);
    }

    private static bool HasOneOf(string body, string[] members)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.EnumerateObject().Any(member => members.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null);
        }
        catch (JsonException)
        {
            return false; // the endpoint says what is wrong with it
        }
    }
}
