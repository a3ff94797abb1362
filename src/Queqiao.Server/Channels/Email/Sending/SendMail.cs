using System.Security.Cryptography;
using System.Text;
using Queqiao.Channels;
using Queqiao.Mail;
using Queqiao.Mail.Imap;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Threading;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Channels.Email.Sending;

/// <summary>A message of the conversation as a mail: to whoever is in the thread, as an answer to what came last, with the same id at every try.</summary>
internal sealed class SendMail(IMailDialer dialer, MailSignIn signIn, MailBook book, IStorageEngine storage, TimeProvider clock, ILogger<SendMail> log)
{
    private const long MostFiles = 25L << 20;

    public async Task<SendOutcome> Send(OutgoingMessage message, ChannelAccount account, CancellationToken ct)
    {
        var settings = new EmailSettings(account.Settings);
        if (settings.Smtp is null)
            return SendOutcome.Failed(ErrorClass.Config, "mail_no_server", "没有设置发信服务器", "No outgoing server is set up");
        if (MailBook.NumberOf(message.Who.Identity) is not { } number || await book.Thread(message.Ws, number, ct) is not { Facts: { } facts } thread)
            return SendOutcome.Failed(ErrorClass.Permanent, "mail_thread_gone", "找不到这封邮件的往来，不知道寄给谁", "The thread is gone: nobody knows whom to send it to");
        var id = MessageId(message, settings, number);
        var files = await Files(message, ct);
        if (files is null)
            return SendOutcome.Failed(ErrorClass.Permanent, "mail_too_large", "附件合计超过 25 MB", "The files are more than 25 MB together");
        var written = MailComposer.Compose(message, settings, facts, id, settings.HasPlusAddress ? ReplyToken.InAddress(settings.Mailbox, book.TokenOf(message.Ws, number)) : null, files, clock.GetUtcNow());
        await Keep(message, account, thread, id, written, ct);
        var bytes = MailWriter.Write(written, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        var outcome = await Send(account, written, facts, bytes, message.Key, id, ct);
        if (outcome is SendOutcome.Sent && settings is { SentFolder: { } folder, Imap: { } imap })
            await Copy(account, imap, folder, bytes, ct);
        return outcome;
    }

    /// <summary>A mail of no thread, as programs write them: nobody's program answers it.</summary>
    public Task<SendOutcome> Send(ChannelAccount account, Conversations.DirectMessage message, CancellationToken ct)
    {
        var settings = new EmailSettings(account.Settings);
        if (settings.Smtp is null || !SmtpAddress.IsOne(message.To))
            return Task.FromResult<SendOutcome>(SendOutcome.Failed(ErrorClass.Config, "mail_no_server", "没有设置发信服务器", "No outgoing server is set up"));
        var id = $"<{Hash(message.Key)[..32]}@{NameOf(settings)}>";
        var mail = new OutgoingMail
        {
            From = settings.From, To = [new MailAddress(message.To, null)], Subject = message.Subject, Text = message.Text + "\n", MessageId = id, Date = clock.GetUtcNow(),
            Headers = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")],
        };
        return Send(account, mail, null, MailWriter.Write(mail, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))), message.Key, id, ct, isAutomatic: true);
    }

    /// <summary>A copy for whoever looks into the mailbox itself. The customer has the mail already: when this fails, nothing is sent again.</summary>
    private async Task Copy(ChannelAccount account, MailServer server, string folder, byte[] mail, CancellationToken ct)
    {
        try
        {
            await using var imap = await ImapClient.Connect(server, dialer, ct);
            await imap.SignIn(await signIn.Imap(account, ct), ct);
            await imap.Append(folder, mail, seen: true, ct);
            await imap.SignOut(ct);
        }
        catch (MailException trouble)
        {
            log.LogWarning("No copy of a sent mail in the channel {Channel}: {Trouble}", account.ChannelId, MailTroubles.CodeOf(trouble.Trouble));
        }
    }

    /// <summary>Gives a mail to the mailbox's server.</summary>
    public async Task<SendOutcome> Send(ChannelAccount account, OutgoingMail mail, ThreadFacts? facts, byte[] bytes, string key, string id, CancellationToken ct, bool isAutomatic = false)
    {
        var settings = new EmailSettings(account.Settings);
        try
        {
            await using var smtp = await SmtpClient.Connect(settings.Smtp!, dialer, NameOf(settings), ct);
            if (await signIn.Smtp(account, ct) is { } login)
                await smtp.SignIn(login, ct);
            IEnumerable<string> to = [.. mail.To.Select(one => one.Address), .. mail.Cc.Select(one => one.Address), .. (facts?.Bcc ?? []).Select(one => one.Address)];
            var outcome = await smtp.Send(new SmtpEnvelope(isAutomatic ? "" : settings.Mailbox, [.. to]) { ReportAs = Hash(key)[..20] }, bytes, ct);
            await smtp.SignOut(ct);
            if (outcome.Failure is { } failure)
                return new SendOutcome.NotSent(MailTroubles.Of(failure), failure.Verdict == SmtpVerdict.SlowDown ? TimeSpan.FromMinutes(15) : null);
            // Taken for some: who was refused is told by the reason of a failure only when it is the customer.
            return outcome.Refused.FirstOrDefault(one => mail.To.Any(main => main.Address.Equals(one.Address, StringComparison.OrdinalIgnoreCase))) is { } refused
                ? new SendOutcome.NotSent(MailTroubles.Of(refused.Failure)) : new SendOutcome.Sent(id);
        }
        catch (MailException trouble)
        {
            return new SendOutcome.NotSent(MailTroubles.Of("smtp", trouble));
        }
    }

    /// <summary>What this machine calls itself: the mailbox's domain, which exists.</summary>
    public static string NameOf(EmailSettings settings) => SmtpAddress.IsOne(settings.Mailbox) ? new System.Globalization.IdnMapping().GetAscii(settings.From.Domain) : "localhost";

    /// <summary>Written down before it is sent: a report about it may be faster than the server's answer.</summary>
    private Task<int> Keep(OutgoingMessage message, ChannelAccount account, KnownThread thread, string id, OutgoingMail mail, CancellationToken ct)
    {
        var facts = new MailFacts
        {
            From = new MailPerson(mail.From.Address, mail.From.Name), To = People(mail.To), Cc = People(mail.Cc), Bcc = thread.Facts!.Bcc, Subject = mail.Subject, MessageId = id, IsProven = true,
        };
        return storage.Run(message.Ws, async (unit, stop) =>
        {
            var row = new MailMessageRow
            {
                Ws = message.Ws, Id = unit.Ids.New(), ChannelId = account.ChannelId, Thread = thread.Row.Number, MailKey = book.KeyOf(message.Ws, id), ConversationId = message.ConversationId, Seq = message.Seq,
                ContactId = thread.Row.ContactId, Sealed = [], CreatedAt = unit.Ids.Now(),
            };
            await MailBook.Keep(unit, thread, row, facts, known => known with { References = MailBook.With(known.References, id) }, stop);
            return 0;
        }, ct);
    }

    private static async Task<List<MailFile>?> Files(OutgoingMessage message, CancellationToken ct)
    {
        if (message.Files.Sum(file => file.Size) > MostFiles)
            return null;
        var files = new List<MailFile>();
        foreach (var file in message.Files)
        {
            await using var content = await file.Open(ct);
            if (content is null)
                continue;
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, ct);
            files.Add(new MailFile(file.Name, file.ContentType, bytes.ToArray()));
        }
        return files;
    }

    private string MessageId(OutgoingMessage message, EmailSettings settings, long number) =>
        ReplyToken.InMessageId(book.TokenOf(message.Ws, number), Hash(message.Key)[..16], NameOf(settings));

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static List<MailPerson> People(IReadOnlyList<MailAddress> people) => [.. people.Select(one => new MailPerson(one.Address, one.Name))];
}
