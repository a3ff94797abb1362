using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Sight;

/// <summary>
/// <c>POST /api/v1/roles/preview</c>: what somebody would see, by the same scopes and masks that everything else asks, on the conversations
/// that there are. Nobody sees more by it than they see anyway.
/// </summary>
internal static class PreviewSight
{
    private const int Samples = 5;

    /// <param name="AgentId">As whom; null: somebody in no team.</param>
    /// <param name="Roles">With these roles; null: those that the agent has.</param>
    /// <param name="Policy">And with this role, which need not be saved.</param>
    internal sealed record Request(Guid? AgentId = null, IReadOnlyList<string>? Roles = null, RolePolicy? Policy = null);

    private sealed record Seen(Rights Rights, IReadOnlyDictionary<string, int> ByStatus, int Handled, int People, bool Partly, IReadOnlyList<(ConversationHead Head, RowFacts Facts)> Rows);

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapPost("/api/v1/roles/preview", Handle).WithTags("Roles").Needs(Permissions.ManageRoles).TakesQuery().WithSummary("What somebody with these roles would see");

    public static async Task<IResult> Handle(
        Request request, Actor actor, IRights rights, IAgents agents, IStorageEngine storage, ConversationSeals seals, RowFactsSource facts, CancellationToken ct)
    {
        if (request.Policy is { } policy && policy.Scope.Who.Concat(policy.Handling?.Who ?? []).Any(kind => !ScopeRule.Kinds.Contains(kind)))
            return Refusal.Invalid("policy.scope", "not_one_of", string.Join(", ", ScopeRule.Kinds)).ToProblem();
        if (request.AgentId is { } id && (!actor.Knows(id) || await agents.Find(actor.Ws, id, ct) is null))
            return Refusal.Invalid("agentId", "not_found").ToProblem();
        var somebody = await Of(request, actor, rights, ct);
        var seen = await Look(somebody, actor, storage, seals, facts, ct);
        return JsonAnswer.Object(seen, static (json, it) =>
        {
            json.WriteStartArray("permissions");
            foreach (var permission in it.Rights.Permissions.Order(StringComparer.Ordinal))
                json.WriteStringValue(permission);
            json.WriteEndArray();
            json.WriteStartObject("fields");
            foreach (var name in FieldPolicy.Names)
                json.WriteString(name, it.Rights.Fields.Of(name).ToString().ToLowerInvariant());
            json.WriteEndObject();
            json.WriteNumber("conversations", it.ByStatus.Values.Sum());
            json.WriteStartObject("byStatus");
            foreach (var (status, count) in it.ByStatus)
                json.WriteNumber(status, count);
            json.WriteEndObject();
            json.WriteNumber("handled", it.Handled);
            json.WriteNumber("contacts", it.People);
            json.WriteBoolean("partly", it.Partly);
            json.WriteStartArray("samples");
            foreach (var (head, names) in it.Rows)
                RowWriter.Write(json, head, names);
            json.WriteEndArray();
        });
    }

    /// <summary>The agent with the rights that are tried on.</summary>
    private static async Task<Actor> Of(Request request, Actor actor, IRights rights, CancellationToken ct)
    {
        var own = request.AgentId is { } agent && request.Roles is null ? await rights.Of(actor.Ws, agent, ct) : null;
        own ??= await rights.OfRoles(actor.Ws, [.. request.Roles ?? []], request.AgentId, ct);
        RoleHeld[] roles = request.Policy is { } policy ? [.. own.Roles, new RoleHeld("preview", 0, policy)] : [.. own.Roles];
        return actor with { AgentId = request.AgentId ?? Guid.Empty, Rights = new Rights(roles, own.Reach, actor.Rights.Separated) };
    }

    private static async Task<Seen> Look(Actor somebody, Actor actor, IStorageEngine storage, ConversationSeals seals, RowFactsSource source, CancellationToken ct)
    {
        await using var db = storage.Read(actor.Ws);
        // Inside what the asker sees: a department's head learns nothing of another department.
        var rows = db.Visible(actor.Conversations()).Where(somebody.Conversations().Expression);
        var byStatus = await rows.GroupBy(head => head.Status).Select(same => new { same.Key, Count = same.Count() }).ToDictionaryAsync(same => same.Key, same => same.Count, ct);
        var handled = await rows.Where(somebody.Conversations(Permissions.Reply).Expression).CountAsync(ct);
        var people = somebody.Rights.May(Permissions.ReadContacts) || somebody.Rights.May(Permissions.ReadConversations) ? await rows.Select(head => head.ContactId).Distinct().CountAsync(ct) : 0;
        var fields = actor.Rights.Fields.And(somebody.Rights.Fields);
        var samples = new List<(ConversationHead, RowFacts)>();
        foreach (var head in await seals.Heads(rows.OrderByDescending(head => head.LastActivityAt).ThenByDescending(head => head.Id).Take(Samples), ct))
            samples.Add((head.For(fields), await source.Of(head, ct)));
        return new Seen(somebody.Rights, byStatus, handled, people, !actor.Rights.SeesEverything, samples);
    }
}
