using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Reading;
using Queqiao.Mail.Smtp;
using Queqiao.Server.Channels.Email.Sending;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Conversations;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Files;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Receiving;

/// <summary>What became of a mail.</summary>
/// <param name="Left">Why it is in no conversation; null: it is, or it was about one.</param>
internal sealed record Digested(string? Left = null);

/// <summary>
/// One mail becomes part of a conversation. Whose, is decided here and nowhere else (docs/decisions/0093): by a token of ours, or by a
/// sender that a trusted server has proven; everybody else begins as a stranger.
/// </summary>
internal sealed class DigestMail(
    MailBook book, SenderVerdicts verdicts, MailFiles files, FileKeys keys, IOutsideConversations conversations, IChannelIntake intake, JobQueue jobs, IStorageEngine storage, Ids ids)
{
    private const int MostHops = 50;

    /// <summary>More from one address in so short a time is a machine that talks to us.</summary>
    private const int MostFromOne = 20;

    private const long LoopWindow = 10 * 60_000;

    public async Task<Digested> Take(ChannelView channel, ReadOnlyMemory<byte> raw, CancellationToken ct)
    {
        var settings = new EmailSettings(channel.Account!.Settings);
        var mail = MailMessage.Read(raw);
        if (await book.Find(channel.Ws, channel.Id, [mail.Fingerprint], ct) is not null)
            return new Digested(); // fetched again
        if (AutoReplies.Hops(mail) > MostHops)
            return new Digested("loop");
        if (Bounces.IsAbuseReport(mail) || Bounces.IsReadReceipt(mail) || Bounces.Is(mail) || Bounces.Of(mail).Count > 0)
            return await Report(channel, mail, ct);
        if (SenderOf(mail, settings) is not { } sender)
            return new Digested(mail.From is null ? "no_sender" : "own_mail");
        if (await book.CountSince(channel.Ws, channel.Id, sender.Address, ids.Now() - LoopWindow, ct) >= MostFromOne)
            return new Digested("loop");
        var proof = !sender.IsFrom ? SenderProof.None : verdicts.Read(channel.Ws, raw.Span) is { } own ? SenderProof.Of(mail, own) : SenderProof.Of(mail, settings.TrustedServers);
        var thread = await Known(channel, mail, sender.Address, proof.IsProven, ct);
        if (AutoReplies.Is(mail))
            return await Automatic(channel, mail, thread, ct);
        var begins = thread is null;
        // Its number follows from the mail: two servers that are brought the same at once begin the same thread, and the log keeps it once.
        thread ??= await book.Begin(channel.Ws, channel.Id, new ThreadFacts(new MailPerson(sender.Address, sender.Name), Subjects.Bare(mail.Subject ?? "")), proof.IsProven, ct,
            book.NumberFor(channel.Ws, $"mail {channel.Id:N} {sender.Address.ToLowerInvariant()} {mail.Fingerprint}"));
        return thread.Facts is null ? new Digested("erased") : await Say(channel, settings, mail, sender, proof, thread, begins, ct);
    }

    private sealed record Writer(string Address, string? Name, bool IsFrom);

    /// <summary>Forms on web sites write in our own name and put the person into Reply-To. Null: it is our own mail.</summary>
    private static Writer? SenderOf(MailMessage mail, EmailSettings settings)
    {
        if (mail.From is not { } from)
            return null;
        if (!from.Key.Equals(settings.Mailbox, StringComparison.OrdinalIgnoreCase))
            return SmtpAddress.IsOne(from.Address) ? new Writer(from.Address, MailWords.Name(from.Name), IsFrom: true) : null;
        return mail.ReplyTo is [var reply, ..] && !reply.Key.Equals(settings.Mailbox, StringComparison.OrdinalIgnoreCase) && SmtpAddress.IsOne(reply.Address) ? new Writer(reply.Address, MailWords.Name(reply.Name), IsFrom: false) : null;
    }

    /// <summary>By a token; else, for who is proven, by mails of their own thread. Never by the subject.</summary>
    private async Task<KnownThread?> Known(ChannelView channel, MailMessage mail, string sender, bool isProven, CancellationToken ct)
    {
        var header = mail.Root.Header;
        IEnumerable<string> texts = [.. mail.To.Concat(mail.Cc).Select(one => one.Address), .. header.All("Delivered-To"), .. header.All("X-Original-To"), .. mail.Answers];
        if (book.Named(channel.Ws, texts) is { } number && await book.Thread(channel.Ws, number, ct) is { } named && named.Row.ChannelId == channel.Id)
            return named;
        if (!isProven || mail.Answers.Count == 0 || await book.Find(channel.Ws, channel.Id, mail.Answers, ct) is not { } before)
            return null;
        return await book.Thread(channel.Ws, before.Thread, ct) is { Row.IsProven: true } known && known.Row.AddressTag == book.TagOf(channel.Ws, sender) ? known : null;
    }

    /// <summary>Somebody's program answers: colleagues read it, nothing is reopened, nobody is answered.</summary>
    private async Task<Digested> Automatic(ChannelView channel, MailMessage mail, KnownThread? thread, CancellationToken ct)
    {
        if (thread?.Facts is not { } facts)
            return new Digested("auto_reply");
        await Happened(channel, facts, thread.Row.Number, mail.Fingerprint, "mail_auto_reply", Short(mail.Reply.Length > 0 ? mail.Reply : mail.Text), ct);
        return new Digested();
    }

    /// <summary>A report about a mail of ours: only when it names one, by an id that nobody can guess.</summary>
    private async Task<Digested> Report(ChannelView channel, MailMessage mail, CancellationToken ct)
    {
        if (Bounces.OriginalId(mail) is not { } id || book.Named(channel.Ws, [id]) is not { } number || await book.Thread(channel.Ws, number, ct) is not { Facts: { } facts } thread || thread.Row.ChannelId != channel.Id)
            return new Digested("report");
        if (Bounces.IsAbuseReport(mail))
            await Happened(channel, facts, number, mail.Fingerprint, "mail_abuse", null, ct);
        if (Bounces.IsAbuseReport(mail) || Bounces.Of(mail) is { Count: > 0 } statuses && statuses.All(status => status.Action is "delayed" or "relayed" or "expanded"))
            return new Digested();
        var isRead = Bounces.IsReadReceipt(mail);
        var failed = Bounces.Of(mail).FirstOrDefault(status => status.Action == "failed");
        var said = failed?.Diagnostic ?? failed?.Status;
        if (!isRead)
            await Happened(channel, facts, number, mail.Fingerprint, "mail_bounced", Short($"{failed?.Recipient} {said}".Trim()), ct);
        var report = new DeliveryReported(isRead ? DeliveryState.Read : DeliveryState.Failed)
        {
            Type = isRead ? "mail.read" : "mail.bounced", DedupeKey = mail.Fingerprint, Direction = EventDirection.Outbound, TargetIds = [id],
            Person = new Queqiao.Channels.Person(MailBook.IdentityOf(facts.Customer.Address, number)),
            Failure = isRead ? null : new Failure(ErrorClass.Permanent, "mail_bounced", new Words("邮件被退回", "The mail came back")) { Detail = said },
        };
        await intake.Take(channel, [report], ct);
        return new Digested();
    }

    private Task<IncomingOutcome> Happened(ChannelView channel, ThreadFacts facts, long number, string key, string what, string? text, CancellationToken ct) =>
        Tell(channel.Ws, new Incoming.Happened(new CustomerKey(channel.Id, MailBook.IdentityOf(facts.Customer.Address, number)), key, what, text), ct);

    private async Task<Digested> Say(ChannelView channel, EmailSettings settings, MailMessage mail, Writer sender, SenderProof proof, KnownThread thread, bool begins, CancellationToken ct)
    {
        var who = new CustomerKey(channel.Id, MailBook.IdentityOf(thread.Facts!.Customer.Address, thread.Row.Number));
        var taken = await files.Take(keys.OfCustomer(channel.Ws, who.ChannelId, who.Identity), mail, ct);
        var text = MailWords.Of(mail);
        var outcome = await Tell(channel.Ws, new Incoming.Said(who, mail.Fingerprint, text) { Files = taken.Ids, MessageId = mail.Fingerprint, ForPeople = !AutoReplies.MayBeAnswered(mail), Subject = MailWords.Subject(mail.Subject), At = mail.Date?.ToUnixTimeMilliseconds() is { } sent && sent < ids.Now() ? sent : null }, ct);
        if (outcome is not IncomingOutcome.Stored stored)
            return new Digested(outcome is IncomingOutcome.Refused refused ? refused.Code : "refused");
        var facts = MailWords.Facts(mail, proof, taken, text) with { From = new MailPerson(sender.Address, sender.Name) };
        var acknowledges = begins && settings.Acknowledges && AutoReplies.MayBeAnswered(mail);
        try
        {
            await Keep();
        }
        catch (DbUpdateException trouble) when (trouble.IsDuplicate())
        {
            // Another server was brought the same, and has written it down meanwhile.
        }
        return new Digested();

        Task Keep() => storage.Run(channel.Ws, async (unit, stop) =>
        {
            var row = new MailMessageRow
            {
                Ws = channel.Ws, Id = unit.Ids.New(), ChannelId = channel.Id, Thread = thread.Row.Number, MailKey = book.KeyOf(channel.Ws, mail.Fingerprint), SenderTag = book.TagOf(channel.Ws, sender.Address),
                ConversationId = stored.ConversationId, Seq = stored.Seq, ContactId = thread.Row.ContactId, Sealed = [], CreatedAt = unit.Ids.Now(),
            };
            await MailBook.Keep(unit, thread, row, facts, known => After(known, mail, sender, settings, proof.IsProven), stop);
            if (proof.IsProven && thread is { Row.IsProven: false, Facts: { IsOurs: true } ours } && sender.Address.Equals(ours.Customer.Address, StringComparison.OrdinalIgnoreCase))
                await book.Prove(unit, thread, stop);
            if (acknowledges)
                await jobs.Add(unit, AcknowledgeMail.For(channel.Ws, channel.Id, thread.Row.Number), stop);
            return 0;
        }, ct);
    }

    /// <summary>The next mail of ours answers this one. Only who is proven brings others into the thread.</summary>
    private static ThreadFacts After(ThreadFacts known, MailMessage mail, Writer sender, EmailSettings settings, bool isProven)
    {
        var mine = known.Customer.Address.Equals(sender.Address, StringComparison.OrdinalIgnoreCase);
        var others = mail.To.Concat(mail.Cc).Where(one => SmtpAddress.IsOne(one.Address) && !IsOurs(one, settings) && !one.Address.Equals(known.Customer.Address, StringComparison.OrdinalIgnoreCase))
            .DistinctBy(one => one.Key).Take(20).Select(one => new MailPerson(one.Address, MailWords.Name(one.Name))).ToList();
        return known with
        {
            References = MailBook.With(known.References, mail.MessageId),
            Cc = isProven && mine ? others : known.Cc,
            LastFrom = mine ? sender.Name ?? sender.Address : known.LastFrom,
            LastAt = mine ? mail.Date?.ToUnixTimeMilliseconds() : known.LastAt,
            LastText = mine ? Short(mail.Text, MailWords.MostQuoted) : known.LastText,
        };
    }

    private static bool IsOurs(MailAddress one, EmailSettings settings)
    {
        var (local, own) = (one.Key.Split('@')[0].Split('+')[0], settings.Mailbox.ToLowerInvariant());
        return own == one.Key || own == $"{local}@{one.Domain}";
    }

    private async Task<IncomingOutcome> Tell(int ws, Incoming one, CancellationToken ct)
    {
        var outcome = (await conversations.Take(ws, [one], ct))[0];
        if (outcome is IncomingOutcome.Failed failed)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed.Trouble);
        return outcome;
    }

    private static string Short(string text, int most = 2_000) => text.Length <= most ? text : text[..most];
}
