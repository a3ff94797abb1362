using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Queqiao.Channels;
using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Sending;
using Queqiao.Server.Channels.Email.Storage;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Json;
using Queqiao.Server.Platform.Keys;
using Queqiao.Server.Platform.Storage;
using Queqiao.Server.Platform.Web;

namespace Queqiao.Server.Channels.Email.Letters;

/// <summary>Letters of the server: written within the deed's transaction, sealed until they are sent, then gone.</summary>
internal sealed class LetterBox(IChannels channels, IMailDialer dialer, MailSignIn signIn, IVault vault, JobQueue jobs, IStorageEngine storage, PublicUrl url, TimeProvider clock, IBranding brands) : IServerMail
{
    private const string Purpose = "server letter";
    private const string PasswordPurpose = "server mail password";

    /// <summary>A letter that could not be sent for so long says nothing any more.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public async Task<bool> Post(WriteUnit unit, Letter letter, CancellationToken ct)
    {
        var row = await unit.Db.Table<ServerMailRow>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == unit.Ws, ct);
        if (row is null || LetterSettings.Of(row.Settings) is not { } settings || !settings.Sends(letter.Kind) || !SmtpAddress.IsOne(letter.To))
            return false;
        var (now, id) = (unit.Ids.Now(), unit.Ids.New());
        var brand = await brands.Of(unit.Ws, ct);
        var written = LetterText.Of(brand.Name is { } product ? letter with { Workspace = product } : letter, url.Configured ?? settings.BaseUrl, brand.MailFooter);
        var old = now - (long)Kept.TotalMilliseconds;
        await unit.Db.Table<ServerLetter>().Where(one => one.Ws == unit.Ws && one.CreatedAt < old).ExecuteDeleteAsync(ct);
        unit.Db.Table<ServerLetter>().Add(new ServerLetter { Ws = unit.Ws, Id = id, Kind = letter.Kind, Sealed = vault.Seal(unit.Ws, Purpose, JsonSerializer.SerializeToUtf8Bytes(written, StrictJson.Options), id), CreatedAt = now });
        await unit.Db.SaveChangesAsync(ct);
        await jobs.Add(unit, NewJob.Of(unit.Ws, SendLetter.Name, new SendLetter.Payload(id)), ct);
        return true;
    }

    /// <summary>Null: it was sent, or is too old.</summary>
    public async Task<WrittenLetter?> Open(int ws, Guid id, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Table<ServerLetter>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == ws && one.Id == id, ct);
        return row is null ? null : JsonSerializer.Deserialize<WrittenLetter>(vault.Open(ws, Purpose, row.Sealed, id), StrictJson.Options);
    }

    private async Task<(LetterSettings Settings, Outgoing? Server)> Known(int ws, CancellationToken ct)
    {
        await using var db = storage.Read(ws);
        var row = await db.Table<ServerMailRow>().AsNoTracking().SingleOrDefaultAsync(one => one.Ws == ws, ct);
        if (row is null)
            return (new LetterSettings(IsOn: false), null);
        var settings = LetterSettings.Of(row.Settings);
        if (settings.ChannelId is not { } channel)
            return (settings, settings.Own(row.Secret is { } secret ? Encoding.UTF8.GetString(vault.Open(ws, PasswordPurpose, secret)) : null));
        return (settings, await channels.Find(channel, ct) is { Kind: EmailKind.Name, Account: { } account } known && known.Ws == ws && new EmailSettings(account.Settings) is { Smtp: { } smtp } mailbox
            ? new Outgoing(smtp, mailbox.SmtpLogin, mailbox.From) { Account = account } : null);
    }

    /// <summary>Who sends under no name sends under the brand's.</summary>
    public async Task<(LetterSettings Settings, Outgoing? Server)> Settings(int ws, CancellationToken ct)
    {
        var (settings, server) = await Known(ws, ct);
        return (settings, server is { From.Name: null or "" } && (await brands.Of(ws, ct)).Name is { } name ? server with { From = server.From with { Name = name } } : server);
    }

    public byte[] SealPassword(int ws, string password) => vault.Seal(ws, PasswordPurpose, Encoding.UTF8.GetBytes(password));

    /// <returns>What went wrong; null: the server took it.</returns>
    public async Task<Failure?> Send(Outgoing outgoing, WrittenLetter letter, Guid id, CancellationToken ct)
    {
        var name = new System.Globalization.IdnMapping().GetAscii(outgoing.From.Domain);
        var mail = new OutgoingMail
        {
            From = outgoing.From, To = [new MailAddress(letter.To, letter.Name)], Subject = letter.Subject, Text = letter.Text, MessageId = $"<{id:N}@{name}>", Date = clock.GetUtcNow(),
            Headers = [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All")],
        };
        try
        {
            await using var smtp = await SmtpClient.Connect(outgoing.Server, dialer, name, ct);
            if ((outgoing.Account is { } account ? await signIn.Smtp(account, ct) : outgoing.Login) is { } login)
                await smtp.SignIn(login, ct);
            var outcome = await smtp.Send(new SmtpEnvelope(outgoing.From.Address, [letter.To]), MailWriter.Write(mail, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))), ct);
            await smtp.SignOut(ct);
            return outcome.Failure is { } failure ? MailTroubles.Of(failure) : outcome.Refused is [var refused, ..] ? MailTroubles.Of(refused.Failure) : null;
        }
        catch (MailException trouble)
        {
            return MailTroubles.Of("smtp", trouble);
        }
    }

    /// <summary>How it went, for the settings' page.</summary>
    public static Task<int> Note(WriteUnit unit, Failure? failure, CancellationToken ct)
    {
        var now = unit.Ids.Now();
        var row = unit.Db.Table<ServerMailRow>().Where(one => one.Ws == unit.Ws);
        return failure is null
            ? row.ExecuteUpdateAsync(set => set.SetProperty(one => one.SentAt, now).SetProperty(one => one.Trouble, (string?)null).SetProperty(one => one.TroubleAt, (long?)null), ct)
            : row.ExecuteUpdateAsync(set => set.SetProperty(one => one.Trouble, failure.Code).SetProperty(one => one.TroubleAt, now), ct);
    }
}
