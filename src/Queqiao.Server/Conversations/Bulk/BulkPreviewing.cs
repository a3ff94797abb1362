using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.I18n;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Bulk;

/// <summary>
/// What a bulk change would do, conversation by conversation: the same rules are asked as when it is done, and nothing is written.
/// Exact for the first <see cref="MostLooked"/>; of more, only how many there are.
/// </summary>
internal sealed class BulkPreviewing(BulkSelecting selecting, BulkActs acts, ConversationSeals seals)
{
    public const int MostLooked = 500;
    private const int MostShown = 30;

    /// <param name="Count">All that match.</param>
    /// <param name="Looked">Of those, how many were looked at; the other numbers are about them.</param>
    /// <param name="Reasons">Why some would not change, the most frequent first.</param>
    /// <param name="Items">Up to 30 of each outcome.</param>
    internal sealed record Answer(int Count, int Looked, int Changed, int Unchanged, int Refused, IReadOnlyList<Reason> Reasons, IReadOnlyList<Line> Items);

    internal sealed record Reason(string Code, string Text, int Count);

    /// <param name="Outcome">changed, unchanged or refused.</param>
    internal sealed record Line(Guid ConversationId, Guid ContactId, string? Contact, string Status, string? Assignee, string Priority, string Outcome, string? Code, string? Text);

    public async Task<(Answer? Answer, Refusal? Refusal)> Of(Actor actor, BulkSelection selection, BulkAction action, Locale locale, CancellationToken ct)
    {
        var (count, refusal) = await selecting.Count(actor, selection, ct);
        if (refusal is not null)
            return (null, refusal);
        var heads = await selecting.Look(actor, selection, seals, MostLooked, ct);
        var (decide, wrong) = await acts.Prepare(actor, action, heads, ct);
        if (decide is null)
            return (null, wrong);
        var handling = actor.Conversations(action.Permission);
        var lines = heads.Select(head => (Head: head.For(actor.Rights.Fields), Outcome: handling.Allows(head) ? Outcome(head, decide) : Refusal.Forbidden("conversation_read_only"))).ToList();
        var missing = selection.Ids is { } ids ? ids.Distinct().Count() - count : 0;
        var reasons = lines.Select(line => line.Outcome).OfType<Refusal>().Concat(Enumerable.Repeat(Refusal.NotFound(), missing))
            .GroupBy(no => no.Code).Select(group => new Reason(group.Key, TextOf(locale, group.First()), group.Count())).OrderByDescending(reason => reason.Count).ThenBy(reason => reason.Code, StringComparer.Ordinal).ToList();
        var items = lines.Select(line => LineOf(line.Head, line.Outcome, locale)).GroupBy(line => line.Outcome).OrderByDescending(group => group.Key == "refused").ThenBy(group => group.Key, StringComparer.Ordinal).SelectMany(group => group.Take(MostShown));
        var changed = lines.Count(line => line.Outcome is true);
        return (new Answer(count, heads.Count, changed, lines.Count(line => line.Outcome is false), lines.Count(line => line.Outcome is Refusal) + missing, reasons, [.. items]), null);
    }

    /// <summary>True: it would change; false: it is so already; a refusal: why it would not.</summary>
    private static object Outcome(ConversationHead head, Func<ConversationHead, Decision> decide) => decide(head) switch
    {
        Decision.Refuse no => no.Refusal,
        Decision.Append { Entries.Count: > 0 } when head.ErasedAt is not null => Refusal.Conflict("contact_erased"),
        Decision.Append { Entries.Count: > 0 } => true,
        _ => false,
    };

    private static Line LineOf(ConversationHead head, object outcome, Locale locale) => new(
        head.Id, head.ContactId, head.ContactName, head.Status, head.AssigneeName, head.Priority, outcome is Refusal ? "refused" : outcome is true ? "changed" : "unchanged",
        (outcome as Refusal)?.Code, outcome is Refusal no ? TextOf(locale, no) : null);

    private static string TextOf(Locale locale, Refusal no) => Messages.Text(locale, no.Code, no.Args);
}
