using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Bots;

/// <summary>The front door for the bot.</summary>
internal sealed class BotConversations(IStorageEngine storage, ConversationLog log, ConversationSeals seals, ConversationHub hub, BotNews news) : IBotConversations
{
    private const int MostHeard = 20;
    private const int MostOpening = 12;

    public event Action<BotCall>? Called
    {
        add => news.Called += value;
        remove => news.Called -= value;
    }

    public async Task<IReadOnlyList<BotCall>> Owed(long since, int most, CancellationToken ct)
    {
        await using var db = storage.ReadSystem();
        return await db.Visible(Scope<ConversationHead>.Everything("the bot answers in every workspace"))
            .Where(head => head.WaitingSince != null && head.WaitingSince <= since && head.Status == ConversationStatus.Bot)
            .OrderBy(head => head.WaitingSince).Take(most)
            .Select(head => new BotCall(head.Ws, head.Id, head.LastInSeq)).ToListAsync(ct);
    }

    public async Task<BotHearing?> Read(BotCall call, CancellationToken ct)
    {
        await using var db = storage.Read(call.Ws);
        var head = await seals.Head(db.Visible(Scope<ConversationHead>.Workspace(call.Ws)).Where(head => head.Id == call.Conversation), ct);
        if (head is null || !head.IsBots() || head.WaitingSince is null)
            return null;
        var from = Math.Max(1, head.LastOutSeq);
        var rows = await db.Visible(Scope<EntryRow>.Workspace(call.Ws))
            .Where(entry => entry.ConversationId == call.Conversation && entry.Seq >= from && entry.Seq <= head.Seq && entry.Type == EntryType.Message)
            .OrderByDescending(entry => entry.Seq).Take(MostHeard).ToListAsync(ct);
        rows.Reverse();
        var heard = (await Revisions.Fold(db, seals, head, await seals.Entries(rows, ct), ct)).Select(Heard).OfType<BotHeard>().ToList();
        // What a person said ends what the bot had in mind.
        var last = heard.FirstOrDefault(one => one.Seq == head.LastOutSeq && one.By == SenderKind.Bot) ?? await LastOwn(db, head, heard, ct);
        return new BotHearing(
            call with { Seq = head.LastInSeq }, head.ChannelId, head.ContactId, head.ContactName, head.Identity,
            [.. heard.Where(one => one.By == SenderKind.Contact)], last?.Bot?.State, head.LastOutSeq == 0);
    }

    /// <summary>A customer of many words: what the bot said last is further back than the page.</summary>
    private async Task<BotHeard?> LastOwn(QueqiaoDb db, ConversationHead head, List<BotHeard> heard, CancellationToken ct)
    {
        if (head.LastOutSeq == 0 || heard.Count < MostHeard)
            return null;
        var row = await db.Visible(Scope<EntryRow>.Workspace(head.Ws)).SingleOrDefaultAsync(entry => entry.ConversationId == head.Id && entry.Seq == head.LastOutSeq, ct);
        return row is { SenderKind: SenderKind.Bot } ? Heard((await seals.Entries([row], ct))[0]) : null;
    }

    public async Task<Refusal?> Say(BotCall call, BotSpeech speech)
    {
        var messages = speech.Words.Select((said, i) => new MessagePosted(Direction.Out, said.Text, $"bot-{call.Seq}-{i}") { Bot = said.Part }).ToList();
        return await log.Append(reply => new LogCommand
        {
            Ws = call.Ws,
            ConversationId = call.Conversation,
            Key = LogCommand.KeyOf(call.Ws, $"bot:{call.Conversation}", $"{call.Seq}"),
            By = new Sender(SenderKind.Bot, null, speech.Name),
            Decide = head => head.BotSpeaks(call.Seq, messages, speech.Then),
            Reply = reply,
        }) is LogOutcome.Refused no ? no.Refusal : null;
    }

    public void Typing(BotHearing hearing, string name, bool on) => hub.ToCustomer(
        hearing.Call.Ws, new(hearing.ChannelId, hearing.Identity), () => LiveFrames.Typing(hearing.Call.Conversation, SenderKind.Bot, null, name, on));

    public async Task<int> CloseQuiet(int ws, QuietSince since, int most, CancellationToken ct)
    {
        List<(Guid Id, Guid ChannelId)> quiet;
        var (slow, at, slowAt) = (since.Slow.ToArray(), since.At, since.SlowAt);
        await using (var db = storage.Read(ws))
        {
            quiet = (await db.Visible(Scope<ConversationHead>.Workspace(ws))
                .Where(head => head.Status == ConversationStatus.Bot && head.WaitingSince == null && head.LastActivityAt <= at && (head.LastActivityAt <= slowAt || !slow.Contains(head.ChannelId)))
                .OrderBy(head => head.LastActivityAt).Take(most).Select(head => new { head.Id, head.ChannelId }).ToListAsync(ct)).ConvertAll(head => (head.Id, head.ChannelId));
        }
        var closed = 0;
        foreach (var (id, channel) in quiet)
        {
            if (await log.Append(reply => new LogCommand
            {
                Ws = ws, ConversationId = id, By = Sender.System, Decide = head => head.CloseQuiet(since.Of(channel)), Reply = reply,
            }) is LogOutcome.Stored)
                closed++;
        }
        return closed;
    }

    public async Task<Refusal?> Give(Actor actor, Guid conversation) =>
        await log.Append(reply => Sending.Change(actor, conversation, head => head.GiveToBot(), reply, permission: Permissions.Assign)) is LogOutcome.Refused no ? no.Refusal : null;

    public async Task<IReadOnlyList<BotHeard>> Said(int ws, Guid conversation, long from, int most, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var rows = await db.Visible(Scope<EntryRow>.Workspace(ws))
            .Where(entry => entry.ConversationId == conversation && entry.Seq >= from && entry.Type == EntryType.Message)
            .OrderBy(entry => entry.Seq).Take(most).ToListAsync(ct);
        return [.. (await Revisions.Fold(db, seals, ws, conversation, await seals.Entries(rows, ct), ct)).Select(Heard).OfType<BotHeard>()];
    }

    public async Task<IReadOnlyList<BotOpening>> Openings(int ws, IReadOnlyCollection<Guid> conversations, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var ids = conversations.ToArray();
        var rows = await db.Visible(Scope<EntryRow>.Workspace(ws))
            .Where(entry => ids.Contains(entry.ConversationId) && entry.Seq <= MostOpening && entry.Type == EntryType.Message && entry.SenderKind == SenderKind.Contact)
            .OrderBy(entry => entry.ConversationId).ThenBy(entry => entry.Seq).ToListAsync(ct);
        return [.. (await seals.Entries(rows, ct)).Where(entry => Heard(entry) is { Text.Length: > 0 }).Select(entry => new BotOpening(entry.ConversationId, Heard(entry)!.Text))];
    }

    /// <summary>Null: what was taken back or cannot be read says nothing.</summary>
    private static BotHeard? Heard(LogEntry entry) => entry.Body is MessagePosted { Revision: not { Recalled: true } } message
        ? new BotHeard(entry.Seq, entry.At, entry.Sender.Kind, message.Unsupported is null ? message.Text : "", message.Attachments is { Count: > 0 } || message.Media is { Count: > 0 } || message.Unsupported is not null, message.Bot)
        : null;
}
