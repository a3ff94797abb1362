using Microsoft.EntityFrameworkCore;
using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Conversations.Outside;

/// <summary>The front door for those who deliver.</summary>
internal sealed class OutgoingMessages(ConversationReader reader, ConversationLog log, IStorageEngine storage, SendingFiles files, FileKeys fileKeys) : IOutgoingMessages
{
    public async Task<PostedMessage?> Find(int ws, Guid conversation, long seq, CancellationToken ct)
    {
        if (await reader.Head(Scope<ConversationHead>.Workspace(ws), conversation, ct) is not { ErasedAt: null } head || await reader.Entry(head, seq, ct) is not { Body: MessagePosted message } entry)
            return null;
        return new PostedMessage(conversation, seq, new CustomerKey(head.ChannelId, head.Identity), head.ContactId, entry.Sender, message, head.Subject);
    }

    public async Task<CustomerKey?> WhoIn(int ws, Guid conversation, CancellationToken ct) =>
        await reader.Head(Scope<ConversationHead>.Workspace(ws), conversation, ct) is { ErasedAt: null } head ? new CustomerKey(head.ChannelId, head.Identity) : null;

    public async Task<UnseenMessages?> Unseen(int ws, Guid conversation, CancellationToken ct) =>
        await reader.Head(Scope<ConversationHead>.Workspace(ws), conversation, ct) is { ErasedAt: null, ContactUnread: > 0 } head && head.LastOutSeq > head.ContactReadSeq
            ? new UnseenMessages(new CustomerKey(head.ChannelId, head.Identity), head.ContactId, head.ContactUnread, head.LastOutSeq, head.ContactReadSeq) : null;

    public async Task Note(WriteUnit unit, Guid conversation, IReadOnlyList<DeliveryNews> news, CancellationToken ct) => await log.AppendIn(unit, new LogCommand
    {
        Ws = unit.Ws, ConversationId = conversation, By = Sender.System, Reply = Nobody.Waits,
        Decide = head => head.ErasedAt is null ? new DeliveryChanged(news) : Decision.Nothing,
    }, ct);

    public async Task<Reacted?> Reaction(int ws, Guid conversation, long seq, CancellationToken ct) =>
        await reader.Head(Scope<ConversationHead>.Workspace(ws), conversation, ct) is { ErasedAt: null } head ? (await reader.Entry(head, seq, ct))?.Body as Reacted : null;

    public async Task Unreacted(int ws, Guid conversation, long seq, Reacted undone)
    {
        var outcome = await log.Append(reply => new LogCommand
        {
            Ws = ws, ConversationId = conversation, By = Sender.System, Reply = reply, Key = LogCommand.KeyOf(ws, "reaction refused", $"{conversation:N}.{seq}"),
            Decide = head => head.ErasedAt is null ? undone : Decision.Nothing,
        });
        if (outcome is LogOutcome.Refused { Refusal: { Status: StatusCodes.Status503ServiceUnavailable } busy })
            throw new StorageUnavailableException(busy.Code, busy.RetryAfter ?? TimeSpan.FromSeconds(1));
    }

    public async Task Name(WriteUnit unit, CustomerKey who, string id, Guid conversation, long seq, CancellationToken ct)
    {
        var key = ProviderIds.OfMessage(unit.Ws, who, id);
        if (await unit.Db.Visible(Scope<EntryKeyRow>.Workspace(unit.Ws)).AnyAsync(row => row.Key == key, ct))
            return;
        unit.Db.Add(new EntryKeyRow { Ws = unit.Ws, Key = key, ConversationId = conversation, Seq = seq, At = unit.Ids.Now() });
        await unit.Db.SaveChangesAsync(ct);
    }

    public async Task<IReadOnlyDictionary<(CustomerKey Who, string Id), (Guid ConversationId, long Seq)>> Named(int ws, IReadOnlyCollection<(CustomerKey Who, string Id)> ids, CancellationToken ct)
    {
        var wanted = ids.Distinct().ToDictionary(one => one, one => ProviderIds.OfMessage(ws, one.Who, one.Id));
        var keys = wanted.Values.ToArray();
        await using var db = storage.Read(ws);
        var found = await db.Visible(Scope<EntryKeyRow>.Workspace(ws)).Where(row => keys.Contains(row.Key)).ToDictionaryAsync(row => row.Key, row => (row.ConversationId, row.Seq), ct);
        return wanted.Where(one => found.ContainsKey(one.Value)).ToDictionary(one => one.Key, one => found[one.Value]);
    }

    public async Task Arrived(int ws, Guid conversation, long seq, int index, Guid? file, string? failed, CancellationToken ct)
    {
        if (await reader.Head(Scope<ConversationHead>.Workspace(ws), conversation, ct) is not { ErasedAt: null } head)
            return;
        LogCommand Command(SentFile? arrived, ILogReply reply) => new()
        {
            Ws = ws, ConversationId = conversation, By = Sender.System, Reply = reply, Key = LogCommand.KeyOf(ws, "file of a message", $"{conversation:N}.{seq}.{index}.{(arrived is null ? "no" : "yes")}"),
            Decide = now => now.ErasedAt is null ? new FileArrived(seq, index, arrived, arrived is null ? failed ?? "file_unknown" : null) : Decision.Nothing,
        };
        var outcome = file is { } id
            ? await files.Send(fileKeys.OfCustomer(ws, head.ChannelId, head.Identity), [id], isPublic: true, (sent, reply) => Command(sent[0], reply))
            : await log.Append(reply => Command(null, reply));
        if (outcome is LogOutcome.Refused { Refusal: { Status: StatusCodes.Status503ServiceUnavailable } busy })
            throw new StorageUnavailableException(busy.Code, busy.RetryAfter ?? TimeSpan.FromSeconds(1));
    }

    private sealed class Nobody : ILogReply
    {
        public static readonly Nobody Waits = new();

        public void Done(LogOutcome outcome)
        {
        }

        public void Failed(Exception error)
        {
        }
    }
}
