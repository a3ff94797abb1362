using Queqiao.Mail.Wire;
using Queqiao.Server.Channels.Email.Letters;
using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Channels.Email.Sending;
using Queqiao.Server.Channels.Email.Showing;
using Queqiao.Server.Channels.Kinds;
using Queqiao.Server.Contacts;
using Queqiao.Server.Identity;
using Queqiao.Server.Platform.Access;
using Queqiao.Server.Platform.Jobs;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Channels.Email;

/// <summary>The e-mail channel.</summary>
internal static class EmailModule
{
    /// <summary>Needs outside channels, files and jobs.</summary>
    /// <param name="byThemselves">False: mailboxes are read only when somebody says so (tests).</param>
    /// <param name="smtp">Whether mail is taken from who brings it; null: it is not.</param>
    public static void AddEmailChannel(this IServiceCollection services, bool byThemselves = false, SmtpOptions? smtp = null)
    {
        services.AddSingleton<IMailDialer, GuardedDialer>();
        services.AddSingleton<MailBook>();
        services.AddSingleton<IEraser>(all => all.GetRequiredService<MailBook>());
        services.AddSingleton<MailSignIn>();
        services.AddSingleton<SendMail>();
        services.AddSingleton<IChannelKind, EmailKind>();
        services.AddSingleton<MailFiles>();
        services.AddSingleton<SenderVerdicts>();
        services.AddSingleton<DigestMail>();
        services.AddSingleton<MailArrivals>();
        services.AddSingleton<IMailSlot, MailSlot>();
        services.AddSingleton<MailFetcher>();
        services.AddSingleton(smtp ?? new SmtpOptions());
        services.AddSingleton<Queqiao.Mail.Proving.IMailDns, MailDns>();
        services.AddSingleton<SmtpDesk>();
        services.AddSingleton<SmtpDoor>();
        services.AddJob<AcknowledgeMail>();
        services.AddSingleton<LetterBox>();
        services.AddSingleton<IServerMail>(all => all.GetRequiredService<LetterBox>());
        services.AddJob<SendLetter>();
        if (byThemselves)
            services.AddHostedService(all => all.GetRequiredService<MailFetcher>());
        if (smtp is { Listen.Count: > 0 })
            services.AddHostedService(all => all.GetRequiredService<SmtpDoor>());
    }

    public static void MapEmailChannel(this IEndpointRouteBuilder app)
    {
        MailboxEndpoints.Map(app);
        app.MapLetters();
        app.MapPost("/api/v1/channels/{id:guid}/mails", BeginMail.Handle).WithTags("Channels").Needs(Permissions.Reply).TakesQuery().WithSummary("Begin a conversation by writing a mail").Produces<BeginMail.Answer>(StatusCodes.Status201Created);
        var conversations = app.MapGroup("/api/v1/conversations/{id:guid}").WithTags("Conversations");
        conversations.MapGet("/mails", ShowMails.All).Needs(Permissions.ReadConversations).TakesQuery().WithSummary("What the mails of a conversation say besides their text, and to whom the next one goes").Produces<ShowMails.Answer>();
        conversations.MapGet("/mails/{seq:long}/html", ShowMails.Html).Needs(Permissions.ReadConversations).TakesQuery("remote")
            .WithSummary("The HTML of a mail, written anew, for a frame with sandbox; remote=true fetches pictures from elsewhere").Produces(StatusCodes.Status200OK, contentType: "text/html");
        conversations.MapPut("/mail-recipients", ChangeRecipients.Handle).Needs(Permissions.Reply).TakesQuery().WithSummary("To whom the next mail goes, and its subject").Produces<ShowMails.RecipientsAnswer>();
    }
}
