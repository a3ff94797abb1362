using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.WrappingUp;

/// <summary>The plan of each workspace, and whether a conversation still lacks its wrap-up.</summary>
internal sealed class WrapUpBoard(IStorageEngine storage, TimeProvider clock, Platform.Bus.CacheNews? news = null)
{
    private readonly FreshCache<int, WrapUpPlan> _known = new(clock, TimeSpan.FromSeconds(10), news, "wrap-up");

    public async ValueTask<WrapUpPlan> Of(int ws, CancellationToken ct) => (await _known.Get(ws, Load, ct))!;

    public void Forget(int ws) => _known.Forget(ws);

    /// <summary>Those of these conversations that cannot be resolved yet. A wrap-up counts until the customer writes again.</summary>
    public async Task<IReadOnlySet<Guid>> Lacking(int ws, IReadOnlyList<ConversationHead> heads, CancellationToken ct)
    {
        var plan = await Of(ws, ct);
        var asked = plan.IsOn ? heads.Where(head => !head.IsResolved && head.MergedInto is null && plan.RuleOf(head.TeamId).Mandatory).ToList() : [];
        if (asked.Count == 0)
            return new HashSet<Guid>();
        var ids = asked.Select(head => head.Id).ToArray();
        await using var db = storage.Read(ws);
        var written = await db.Visible(Scope<EntryRow>.Workspace(ws)).Where(entry => ids.Contains(entry.ConversationId) && entry.Type == EntryType.WrappedUp)
            .GroupBy(entry => entry.ConversationId).Select(group => new { Id = group.Key, Seq = group.Max(entry => entry.Seq) }).ToDictionaryAsync(one => one.Id, one => one.Seq, ct);
        return asked.Where(head => written.GetValueOrDefault(head.Id) <= head.LastInSeq).Select(head => head.Id).ToHashSet();
    }

    private async Task<WrapUpPlan?> Load(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        return await db.Table<WrapUpPlanRow>().AsNoTracking().Where(row => row.Ws == ws).Select(row => row.Plan).SingleOrDefaultAsync(ct) is { } plan ? WrapUpPlan.Of(plan) : WrapUpPlan.None;
    }
}
