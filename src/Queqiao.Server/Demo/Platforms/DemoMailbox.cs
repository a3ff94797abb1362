using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Mail;
using Queqiao.Mail.Mime;
using Queqiao.Mail.Smtp;
using Queqiao.Mail.Wire;
using Queqiao.Server.Channels;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Problems;
using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Demo.Platforms;

/// <summary>The shop's mailbox: customers have written when the demo starts, and write back when they are answered, once. Nothing leaves this process.</summary>
internal sealed class DemoMailbox(PlayedMail post, IChannels channels, IMailSlot slot, IStorageEngine storage, TimeProvider clock, ILogger<DemoMailbox> log) : IHostedLifecycleService, ISmtpDesk
{
    private const string Marker = "demo.channel.email";
    private readonly ConcurrentDictionary<string, bool> _thanked = new(StringComparer.OrdinalIgnoreCase);
    private Guid _channel;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        post.Desk = this;
        if (Guid.TryParse(await Audit.LastObjectOf(storage, DemoSeeder.Ws, Marker, cancellationToken), out var known))
        {
            _channel = known;
            return;
        }
        _channel = await Open(cancellationToken);
        foreach (var mail in DemoMails.At(clock.GetUtcNow()))
            await Bring(mail, cancellationToken);
    }

    private Task<Guid> Open(CancellationToken ct) => storage.Run(DemoSeeder.Ws, async (unit, stop) =>
    {
        var settings = new Dictionary<string, string>
        {
            ["address"] = DemoMails.Mailbox,
            ["fromName"] = "鹊桥优选客服",
            ["receiveFor"] = DemoMails.Mailbox,
            ["smtpHost"] = PlayedMail.Host,
            ["smtpPort"] = "2525",
            ["smtpSecurity"] = "none",
            ["trustedServers"] = DemoMails.Server,
            ["signature"] = "鹊桥优选客服 / Queqiao Support",
        };
        var id = await channels.Open(unit, AuditBy.System(DemoSeeder.Ws), "email", "客服邮箱（演示）", settings, stop);
        await Audit.Record(unit, AuditBy.System(DemoSeeder.Ws), Marker, "channel", id.ToString(), null, stop);
        return id;
    }, ct);

    private Task Bring(OutgoingMail mail, CancellationToken ct) => slot.Drop(DemoSeeder.Ws, _channel, MailWriter.Write(mail, RandomNumberGenerator.GetHexString(32)), ct);

    /// <summary>Everybody is at home.</summary>
    public Task<SmtpAnswer> Ask(string recipient, SmtpArrival arrival, CancellationToken ct) => Task.FromResult(SmtpAnswer.Yes);

    public Task<SmtpAnswer> Take(SmtpArrival arrival, byte[] mail, CancellationToken ct)
    {
        var read = MailMessage.Read(mail);
        if (read.To is [var customer, ..] && _thanked.TryAdd(customer.Address, true))
            _ = Thank(read, customer);
        return Task.FromResult(SmtpAnswer.Yes);
    }

    private async Task Thank(MailMessage answered, MailAddress customer)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(4), clock);
            await Bring(DemoMails.Thanks(answered, customer, clock.GetUtcNow()), CancellationToken.None);
        }
        catch (Exception trouble) when (trouble is StorageUnavailableException or ObjectDisposedException or OperationCanceledException)
        {
            log.LogDebug("A customer of the demo could not write back ({Trouble})", trouble.GetType().Name);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

internal static class PlayedMailModule
{
    /// <summary>After the e-mail channel: its way to mail servers goes through here.</summary>
    public static void AddPlayedMail(this IServiceCollection services)
    {
        var others = services.Last(one => one.ServiceType == typeof(IMailDialer));
        services.RemoveAll<IMailDialer>();
        services.AddSingleton(all => new PlayedMail((IMailDialer)(others.ImplementationInstance ?? others.ImplementationFactory?.Invoke(all) ?? ActivatorUtilities.CreateInstance(all, others.ImplementationType!)), all.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IMailDialer>(all => all.GetRequiredService<PlayedMail>());
        services.AddSingleton<DemoMailbox>();
        services.AddHostedService(all => all.GetRequiredService<DemoMailbox>());
    }
}
