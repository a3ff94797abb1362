using Queqiao.Server.Conversations.Attachments;
using Queqiao.Server.Conversations.Configuring;
using Queqiao.Server.Conversations.Log;
using Queqiao.Server.Conversations.Messaging;
using Queqiao.Server.Conversations.Transcripts;
using Queqiao.Server.Conversations.Wire;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Gateway;
using Queqiao.Server.Platform.Overload;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Conversations.Live;

/// <summary>What customers' connections share.</summary>
internal sealed record CustomerServices(
    ConversationLog Log, ConversationHub Hub, ConversationReader Reader, Catching Catching, SendingFiles Files, StoredFiles Stored, FileKeys FileKeys, LimitsOptions Limits,
    TimeProvider Clock, SettingsBoard Settings, Pressure Pressure, IBotDesk? Bots = null)
{
    /// <summary>Null: somebody who has not said anything yet may begin now.</summary>
    public Refusal? MayBegin() => Pressure.Of(Worth.NewChat);

    /// <summary>The customer as somebody who uploads.</summary>
    public FileOwner Owner(Customer customer) => FileKeys.OfCustomer(customer.Ws, customer.Key.ChannelId, customer.Key.Identity);
}

/// <summary>The front door for channels.</summary>
internal sealed class CustomerConversations(CustomerServices services, Transcript transcript, IHostApplicationLifetime lifetime) : ICustomerConversations
{
    /// <summary>A poller is there between two polls too.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);

    public async Task<CustomerConversation?> Find(Customer customer, CancellationToken ct) => ViewOf(await Head(customer, ct));

    public async Task<CustomerPage> Page(Customer customer, PageRequest page, TimeSpan wait, CancellationToken ct)
    {
        var head = await Head(customer, ct);
        if (wait > TimeSpan.Zero && page.After is { } after && (head is null || head.PublicSeq <= after))
            head = await News(customer, after, wait, ct);
        var log = head is null ? new LogPage([], false) : await services.Reader.Page(head, new PageOf(page.Items, page.After, page.Before, OnlyPublic: true), ct);
        return new CustomerPage(ViewOf(head), json => ItemWriter.WritePage(json, log, head!, Audience.Customer));
    }

    public async Task<CustomerAnswer> Say(Customer customer, string? clientId, string? text, IReadOnlyList<Guid>? attachments, long? replyTo)
    {
        if (Sending.Check(clientId, text, attachments) is { } refusal)
            return new CustomerAnswer.Refused(refusal);
        var said = new Outgoing(clientId!, text ?? "", ReplyTo: replyTo);
        var outcome = attachments is { Count: > 0 }
            ? await services.Files.Send(services.Owner(customer), attachments, isPublic: true, (sent, reply) => CustomerCommands.Message(customer, said with { Files = sent }, services, reply, origin: null))
            : await services.Log.Append(reply => CustomerCommands.Message(customer, said, services, reply, origin: null));
        return outcome switch
        {
            LogOutcome.Stored stored => new CustomerAnswer.Stored(
                stored.ConversationId, $"{stored.ConversationId}.{stored.Seq}", stored.Seq, stored.PublicPrev ?? 0, DateTimeOffset.FromUnixTimeMilliseconds(stored.At)),
            LogOutcome.Refused { Refusal.Code: "contact_blocked" } when services.Settings.Of(customer.Ws).DropsBlocked => await Swallowed(customer),
            LogOutcome.Refused refused => new CustomerAnswer.Refused(refused.Refusal),
            _ => throw new InvalidOperationException("An outcome is stored or refused."),
        };
    }

    /// <summary>The answer to a message that is dropped in silence: what the customer has already, so that their numbering stays whole.</summary>
    private async Task<CustomerAnswer> Swallowed(Customer customer)
    {
        var head = await Head(customer, CancellationToken.None);
        var (id, seq) = (head?.Id ?? Guid.Empty, head?.PublicSeq ?? 0);
        return new CustomerAnswer.Stored(id, $"{id}.{seq}", seq, seq, services.Clock.GetUtcNow());
    }

    public FileOwner Owner(Customer customer) => services.Owner(customer);

    public async Task<IReadOnlyList<FileView>> Files(Customer customer, IReadOnlyList<Guid> ids, CancellationToken ct)
    {
        var owner = services.Owner(customer);
        var conversation = (await Head(customer, ct))?.Id;
        var files = await services.Stored.Views(customer.Ws, ids, ct);
        return [.. files.Where(file => (file.OwnerKind == owner.Kind && file.OwnerKey == owner.Key)
            || (file.IsPublic && conversation is not null && file.ConversationId == conversation))];
    }

    public async Task<Refusal?> MarkRead(Customer customer, long upTo)
    {
        var outcome = await services.Log.Append(reply => CustomerCommands.Read(customer, upTo, reply));
        return (outcome as LogOutcome.Refused)?.Refusal;
    }

    public async Task<Refusal?> Rate(Customer customer, int? score, string? comment)
    {
        if (score is not (>= 1 and <= 5))
            return Refusal.Invalid("score", "out_of_range", 1, 5);
        var words = string.IsNullOrWhiteSpace(comment) ? null : comment.Trim();
        if (words?.Length > WordRules.MostComment)
            return Refusal.Invalid("comment", "too_long", WordRules.MostComment);
        var now = services.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return await services.Log.Append(reply => CustomerCommands.Rate(customer, score.Value, words, now, reply)) is LogOutcome.Refused no ? no.Refusal : null;
    }

    public async Task<Refusal?> RateBot(Customer customer, long of, bool helpful, string? reason)
    {
        if (reason is not null && !BotRules.Reasons.Contains(reason))
            return Refusal.Invalid("reason", "not_one_of", string.Join(", ", BotRules.Reasons));
        if (await Head(customer, CancellationToken.None) is not { } head || await services.Reader.Entry(head, of, CancellationToken.None) is not { Sender.Kind: SenderKind.Bot })
            return Refusal.Invalid("of", "invalid_id");
        return await services.Log.Append(reply => CustomerCommands.RateBot(customer, of, helpful, reason, reply)) is LogOutcome.Refused no ? no.Refusal : null;
    }

    public async Task<IResult> Transcript(Customer customer, string? format, string? timeZone, HttpContext context, CancellationToken ct) =>
        await Head(customer, ct) is { } head
            ? await ShowTranscript.Write(head, new(format ?? "html", Events: true, timeZone), transcript, context, ct)
            : Refusal.NotFound().ToProblem();

    public async Task Typing(Customer customer, bool on, CancellationToken ct)
    {
        if (await Head(customer, ct) is { } head)
            CustomerSignals.Typing(services.Hub, customer, head.Id, on);
    }

    public Task<bool> IsConnected(Customer customer, Guid conversation, CancellationToken ct) => services.Hub.IsAnywhere(customer.Ws, customer.Key, conversation, ct);

    public async ValueTask<IGatewayParty> Enter(Customer customer, ClientFrame hello, GatewayConnection connection, CancellationToken ct)
    {
        var subscription = new Subscription(connection, conversationId: null, seen: 0);
        subscription.Hold();
        var first = services.Hub.Add(customer.Ws, customer.Key, subscription);
        try
        {
            var head = await Head(customer, ct);
            connection.Send(LiveFrames.Ready(services.Clock.GetUtcNow(), head));
            await CatchUp(subscription, head, hello, ct);
            if (first && head is not null)
                CustomerSignals.Presence(services.Hub, customer, head.Id, online: true);
        }
        catch
        {
            services.Hub.Remove(customer.Ws, customer.Key, subscription);
            throw;
        }
        return new CustomerParty(customer, connection, subscription, services);
    }

    private async Task CatchUp(Subscription subscription, ConversationHead? head, ClientFrame hello, CancellationToken ct)
    {
        if (head is null)
        {
            subscription.CaughtUp([]);
            return;
        }
        // Without a word about this conversation the widget starts from now: it loads the newest page by itself.
        var known = hello.After ?? (hello.Resume?.FirstOrDefault(pair => Guid.TryParse(pair.Key, out var id) && id == head.Id) is { Key: not null } said ? said.Value : head.PublicSeq);
        var after = Math.Min(known, head.PublicSeq); // more than there is can only be a mistake, and must not silence what comes
        subscription.Follow(head.Id, after);
        if (!await services.Catching.Up(subscription, head, after, Audience.Customer, ct))
            subscription.CaughtUp([]); // told to page the rest in; what is new from here on still comes live
    }

    /// <summary>Waits until there is something after a seq, or the time is over.</summary>
    private async Task<ConversationHead?> News(Customer customer, long after, TimeSpan time, CancellationToken ct)
    {
        using var until = CancellationTokenSource.CreateLinkedTokenSource(ct, lifetime.ApplicationStopping);
        var bell = new Bell();
        var subscription = new Subscription(bell, conversationId: null, seen: 0);
        var first = services.Hub.Add(customer.Ws, customer.Key, subscription);
        ConversationHead? head = null;
        try
        {
            // Once more, now that nothing can be missed: it may have come between the first look and the subscription.
            head = await Head(customer, ct);
            if (head is not null && first)
                CustomerSignals.Presence(services.Hub, customer, head.Id, online: true);
            if (head is not null && head.PublicSeq > after)
                return head;
            await Task.WhenAny(bell.Rung, Task.Delay(time, services.Clock, until.Token));
            ct.ThrowIfCancellationRequested();
            return await Head(customer, ct);
        }
        finally
        {
            _ = LeaveLater(customer, subscription, head?.Id);
        }
    }

    private async Task LeaveLater(Customer customer, Subscription subscription, Guid? known)
    {
        await Task.Delay(Linger, services.Clock);
        if (services.Hub.Remove(customer.Ws, customer.Key, subscription) && (subscription.ConversationId ?? known) is { } conversation)
            CustomerSignals.Presence(services.Hub, customer, conversation, online: false);
    }

    private Task<ConversationHead?> Head(Customer customer, CancellationToken ct) => services.Reader.HeadOf(customer.Ws, customer.Key, ct);

    private static CustomerConversation? ViewOf(ConversationHead? head) => head is null ? null : new(head.Id, head.PublicSeq, head.ContactUnread);

    private sealed class Bell : GatewayConnection
    {
        private readonly TaskCompletionSource _rung = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Rung => _rung.Task;

        protected override ValueTask Write(ReadOnlyMemory<byte> frame)
        {
            _rung.TrySetResult();
            return ValueTask.CompletedTask;
        }

        protected override ValueTask WriteClose(CloseReason reason) => ValueTask.CompletedTask;

        protected override void Abort()
        {
            // nothing to drop: the request itself waits
        }
    }
}
