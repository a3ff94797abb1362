using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Live;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Sealing;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Conversations.Outside;

/// <summary>The front door for outside channels.</summary>
internal sealed class OutsideConversations(
    ConversationLog log, ConversationReader reader, ConversationHub hub, ConversationSeals seals, SettingsBoard settings, SendingFiles files, FileKeys fileKeys, ProviderIds ids,
    IBotDesk? bots = null) : IOutsideConversations
{
    public Guid TagOf(int ws, string identity) => seals.TagOf(ws, identity);

    public async Task<IReadOnlyList<IncomingOutcome>> Take(int ws, IReadOnlyList<Incoming> came, CancellationToken ct)
    {
        var outcomes = new IncomingOutcome[came.Count];
        // What people said first: the rest may be about it. Within each of the two the order stays.
        await Store(ws, came, outcomes, static one => one is Incoming.Said { ReplyTo: null } or Incoming.SaidByUs, ct);
        await Store(ws, came, outcomes, static one => one is Incoming.Said { ReplyTo: not null }, ct);
        await Store(ws, came, outcomes, static one => one is not (Incoming.Said or Incoming.SaidByUs), ct);
        return outcomes;
    }

    public async Task Typing(Customer customer, bool on, CancellationToken ct)
    {
        if (await reader.HeadOf(customer.Ws, customer.Key, ct) is { } head)
            CustomerSignals.Typing(hub, customer, head.Id, on);
    }

    private async Task Store(int ws, IReadOnlyList<Incoming> came, IncomingOutcome[] outcomes, Func<Incoming, bool> which, CancellationToken ct)
    {
        var mine = Enumerable.Range(0, came.Count).Where(index => which(came[index])).ToList();
        if (mine.Count == 0)
            return;
        var known = await ids.Find(ws, mine.Select(index => came[index]), ct);
        var waiting = new List<(int Index, Task<IncomingOutcome> Outcome)>(mine.Count);
        foreach (var index in mine)
            waiting.Add((index, Append(ws, came[index], known)));
        foreach (var (index, outcome) in waiting)
            outcomes[index] = await outcome;
    }

    private async Task<IncomingOutcome> Append(int ws, Incoming one, IReadOnlyDictionary<(CustomerKey Who, string Id), ProviderIds.Place> known)
    {
        try
        {
            var target = OutsideRules.TargetOf(one) is { } id && known.TryGetValue((one.Who, id), out var place) ? place : (ProviderIds.Place?)null;
            if (OutsideRules.NeedsTarget(one) && target is null)
                return new IncomingOutcome.Unknown();
            var customer = new Customer(ws, one.Who);
            var outcome = one is Incoming.Said { Files: { Count: > 0 } attached }
                ? await files.Send(fileKeys.OfCustomer(ws, one.Who.ChannelId, one.Who.Identity), attached, isPublic: true, (sent, reply) => Command(customer, one, target, sent, reply))
                : await log.Append(reply => Command(customer, one, target, null, reply));
            return outcome switch
            {
                LogOutcome.Stored stored => new IncomingOutcome.Stored(stored.ConversationId, stored.Seq),
                LogOutcome.Refused { Refusal.Code: "not_found" } => new IncomingOutcome.Unknown(),
                LogOutcome.Refused { Refusal: { Status: StatusCodes.Status503ServiceUnavailable } busy } => new IncomingOutcome.Failed(new StorageUnavailableException(busy.Code, busy.RetryAfter ?? TimeSpan.FromSeconds(1))),
                LogOutcome.Refused refused => new IncomingOutcome.Refused(refused.Refusal.Code),
                _ => throw new InvalidOperationException("An outcome is stored or refused."),
            };
        }
        catch (Exception trouble)
        {
            return new IncomingOutcome.Failed(trouble);
        }
    }

    private LogCommand Command(Customer customer, Incoming one, ProviderIds.Place? target, IReadOnlyList<SentFile>? sent, ILogReply reply)
    {
        var key = ProviderIds.KeyOf(customer.Ws, one);
        // What is about a message belongs to that message's conversation, also when a newer one has begun.
        var about = OutsideRules.NeedsTarget(one) ? target?.ConversationId : null;
        return new LogCommand
        {
            Ws = customer.Ws,
            Customer = about is null ? customer.Key : null,
            ConversationId = about,
            Begins = one is Incoming.Said or Incoming.SaidByUs,
            Key = key,
            By = one is Incoming.SaidByUs ? Sender.System : Contact,
            ReopenWithin = settings.Of(customer.Ws).ReopenWithin,
            Decide = head => OutsideRules.Decide(head, one, target, sent, key.ToString("N"), bots?.Receives(customer.Ws, customer.Key.ChannelId) ?? false),
            Reply = reply,
        };
    }

    // Whose contact this is follows from the conversation, and so does their name.
    private static readonly Sender Contact = new(SenderKind.Contact, null, null);
}
