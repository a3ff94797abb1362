using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Channels.Email.Sending;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Contacts;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Channels.Email;

/// <summary>The e-mail channel.</summary>
internal static class EmailModule
{
    /// <summary>Needs outside channels, files and jobs.</summary>
    /// <param name="byThemselves">False: mailboxes are read only when somebody says so (tests).</param>
    public static void AddEmailChannel(this IServiceCollection services, bool byThemselves = false)
    {
        services.AddSingleton<IMailDialer, GuardedDialer>();
        services.AddSingleton<MailBook>();
        services.AddSingleton<IEraser>(all => all.GetRequiredService<MailBook>());
        services.AddSingleton<SendMail>();
        services.AddSingleton<IChannelKind, EmailKind>();
        services.AddSingleton<MailFiles>();
        services.AddSingleton<DigestMail>();
        services.AddSingleton<MailArrivals>();
        services.AddSingleton<MailFetcher>();
        services.AddJob<AcknowledgeMail>();
        if (byThemselves)
            services.AddHostedService(all => all.GetRequiredService<MailFetcher>());
    }
}
