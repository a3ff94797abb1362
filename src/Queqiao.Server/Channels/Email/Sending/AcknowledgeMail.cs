using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Threading;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Clock;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Sending;

/// <summary>
/// "We have your mail." Once an hour for each address and never with a word of theirs, so that nobody can use us to write to
/// strangers; marked as automatic and without a return path, so that no other program answers it (RFC 3834).
/// </summary>
[NoPurposeGate("answers somebody who has just written")]
internal sealed class AcknowledgeMail(MailBook book, SendMail sending, IChannels channels, IStorageEngine storage, Ids ids, TimeProvider clock) : IJobHandler
{
    public const string Name = "channels.email.acknowledge";

    private const long Hour = 3_600_000;

    public JobKind Kind { get; } = new(Name) { Concurrency = 4, MostTries = 5 };

    internal sealed record Payload(Guid Channel, long Thread);

    public static NewJob For(int ws, Guid channel, long thread) => NewJob.Of(ws, Name, new Payload(channel, thread)) with { Lane = $"mail-acknowledge/{thread:x}" };

    public async Task<JobOutcome> Run(JobRun run, CancellationToken ct)
    {
        var payload = run.Payload<Payload>();
        if (await channels.Find(payload.Channel, ct) is not { Enabled: true, Account: { } account } || new EmailSettings(account.Settings) is not { Acknowledges: true, Smtp: not null } settings
            || await book.Thread(run.Ws, payload.Thread, ct) is not { Facts: { } facts } thread || !await MayAnswer(run.Ws, thread, ct))
            return new JobOutcome.Done();
        var id = ReplyToken.InMessageId(book.TokenOf(run.Ws, payload.Thread), run.Id.ToString("N")[..16], SendMail.NameOf(settings));
        var mail = new OutgoingMail
        {
            From = settings.From, To = [new MailAddress(facts.Customer.Address, facts.Customer.Name)], Subject = MailComposer.Subject(thread.Row.IsProven ? facts.Subject : "", null, answers: true).TrimEnd(' ', ':'),
            Text = settings.Acknowledgement + (settings.SignatureText.Length > 0 ? "\n\n-- \n" + settings.SignatureText : ""), MessageId = id, References = facts.References, Date = clock.GetUtcNow(),
            Headers = [("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("Precedence", "auto_reply")],
        };
        var outcome = await sending.Send(account, mail, null, MailWriter.Write(mail, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))), run.Id.ToString("N"), id, ct, isAutomatic: true);
        return outcome is SendOutcome.NotSent { Failure.Class: ErrorClass.Retry } ? new JobOutcome.TryLater("mail_server_busy") : new JobOutcome.Done();
    }

    /// <summary>Noted before it is sent: rather none than two.</summary>
    private Task<bool> MayAnswer(int ws, KnownThread thread, CancellationToken ct) => storage.Run(ws, async (unit, stop) =>
    {
        var now = ids.Now();
        var (tag, number) = (thread.Row.AddressTag, thread.Row.Number);
        if (await unit.Db.Visible(Scope<MailThread>.Workspace(ws)).AnyAsync(other => other.AddressTag == tag && other.AnsweredAt != null && other.AnsweredAt > now - Hour, stop))
            return false;
        return await unit.Db.Visible(Scope<MailThread>.Workspace(ws)).Where(one => one.Number == number).ExecuteUpdateAsync(set => set.SetProperty(one => one.AnsweredAt, now), stop) == 1;
    }, ct);
}
