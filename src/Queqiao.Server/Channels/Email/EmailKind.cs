using Queqiao.Channels;
using Queqiao.Channels.Sending;
using Queqiao.Mail.Imap;
using Queqiao.Mail.Reading;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Sending;
using Queqiao.Server.Channels.Kinds;

namespace Queqiao.Server.Channels.Email;

/// <summary>E-mail as a kind of channel: fetched by IMAP or brought by SMTP, sent by SMTP.</summary>
internal sealed class EmailKind(IMailDialer dialer, MailSignIn signIn, SendMail sending) : IChannelKind
{
    public const string Name = "email";

    public ChannelDescriptor Descriptor { get; } = new(Name, new("电子邮件", "E-mail"))
    {
        Abilities = Abilities.Text | Abilities.Image | Abilities.Voice | Abilities.Video | Abilities.File | Abilities.Captions | Abilities.Reply,
        Limits = new ChannelLimits(new TextLimit(Conversations.ConversationRules.MostText, TextUnit.Utf16)),
        Settings = EmailSettings.Fields,
        Console = new Uri("https://support.google.com/mail/answer/7126229"),
        Manual = new Uri("https://www.rfc-editor.org/rfc/rfc5322"),
        Errors = [],
    };

    public IEnumerable<(string Field, string Code)> Check(ChannelSettings settings) => EmailSettings.Check(settings);

    public IReadOnlyList<DeliveryStep> Plan(OutgoingMessage message, ChannelAccount account) => [new DeliveryStep(Repeats: true, ct => sending.Send(message, account, ct))];

    public Task<MediaOutcome> Fetch(MediaRef media, ChannelAccount account, CancellationToken ct) =>
        Task.FromResult<MediaOutcome>(new MediaOutcome.NotFound(new Failure(ErrorClass.Permanent, "no_media", new("邮件的附件已随邮件取回", "Files of mails come with the mail"))));

    /// <summary>Signs in at both servers. What the account is called says which servers wrote verdicts into the newest mails.</summary>
    public async Task<SendOutcome> Probe(ChannelAccount account, CancellationToken ct)
    {
        var settings = new EmailSettings(account.Settings);
        var side = "imap";
        try
        {
            var seen = settings.Imap is { } imap ? await Look(imap, settings, await signIn.Imap(account, ct), ct) : [];
            side = "smtp";
            if (settings.Smtp is { } smtp)
                await Greet(smtp, settings, await signIn.Smtp(account, ct), ct);
            return settings.Imap is null && settings.Smtp is null
                ? SendOutcome.Failed(ErrorClass.Config, "mail_no_server", "没有填写收信或发信服务器", "Neither an incoming nor an outgoing server is given")
                : new SendOutcome.Sent(seen.Count == 0 ? settings.Mailbox : $"{settings.Mailbox} (Authentication-Results: {string.Join(", ", seen)})");
        }
        catch (MailException trouble)
        {
            return new SendOutcome.NotSent(MailTroubles.Of(side, trouble));
        }
    }

    private async Task<IReadOnlyList<string>> Look(MailServer server, EmailSettings settings, MailCredentials login, CancellationToken ct)
    {
        await using var imap = await ImapClient.Connect(server, dialer, ct);
        await imap.SignIn(login, ct);
        await imap.Open(settings.Folder, write: false, ct);
        var newest = (await imap.After(0, ct)).TakeLast(20);
        var headers = await imap.Headers(newest, "Authentication-Results", ct);
        await imap.SignOut(ct);
        return [.. headers.Values.SelectMany(one => SenderProof.Servers(Queqiao.Mail.MailMessage.Read(System.Text.Encoding.Latin1.GetBytes(one)))).GroupBy(name => name).OrderByDescending(name => name.Count()).Select(name => name.Key).Take(3)];
    }

    private async Task Greet(MailServer server, EmailSettings settings, MailCredentials? login, CancellationToken ct)
    {
        await using var smtp = await SmtpClient.Connect(server, dialer, SendMail.NameOf(settings), ct);
        if (login is not null)
            await smtp.SignIn(login, ct);
        await smtp.SignOut(ct);
    }
}
