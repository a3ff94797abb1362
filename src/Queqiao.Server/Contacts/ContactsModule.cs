using Queqiao.Server.Contacts.Consenting;
using Queqiao.Server.Contacts.Erasing;
using Queqiao.Server.Contacts.Importing;
using Queqiao.Server.Contacts.Merging;
using Queqiao.Server.Contacts.Moving;
using Queqiao.Server.Contacts.People;
using Queqiao.Server.Contacts.Recognising;
using Queqiao.Server.Platform.Jobs;

namespace Queqiao.Server.Contacts;

/// <summary>People, what they are called, and what they agreed to.</summary>
internal static class ContactsModule
{
    public static void AddContacts(this IServiceCollection services)
    {
        services.AddSingleton<IContacts, ContactDirectory>();
        services.AddSingleton<ContactEdits>();
        services.AddJob<EndBlock>();
        services.AddSingleton<ContactReader>();
        services.AddSingleton<Segments.SegmentFinder>();
        services.AddSingleton<IContactSight, ContactSight>();
        services.AddSingleton<IContactSearch, ContactSearch>();
        services.AddJob<RewordContacts>();
        services.AddRecurringJob(RewordContacts.Name, RewordContacts.Name, "every 1m");
        services.AddSingleton<IConsents, Consents>();
        services.AddSingleton<PurposeGate>();
        services.AddSingleton<Joining>();
        services.AddSingleton<ContactLinks>();
        services.AddSingleton<LinkTries>();
        services.AddJob<RecogniseContact>();
        services.AddJob<UseContactLink>();
        services.AddSingleton<IMergedContacts, MergedContacts>();
        services.AddSingleton<ErasureLedger>();
        services.AddSingleton<ErasingContacts>();
        services.AddJob<FinishErasure>();
        services.AddImports();
        services.AddSingleton<IEraser, EraseProfiles>();
        services.AddSingleton<IEraser, EraseFiles>();
        services.AddHostedService<ErasureReplay>();
    }

    private static void AddImports(this IServiceCollection services)
    {
        services.AddSingleton<ImportFiles>();
        services.AddSingleton<ImportColumns>();
        services.AddSingleton<ImportViews>();
        services.AddSingleton<ImportRequests>();
        services.AddSingleton<RowWriting>();
        services.AddJob<ImportJob>();
        services.AddJob<UndoImport>();
        services.AddJob<ForgetImports>();
        services.AddRecurringJob(ForgetImports.Name, ForgetImports.Name, "every 1h");
        services.AddSingleton<IEraser, EraseImports>();
    }

    /// <summary>Needs <see cref="IContactReach"/>.</summary>
    public static void MapContacts(this IEndpointRouteBuilder app)
    {
        var contacts = app.MapGroup("/api/v1/contacts").WithTags("Contacts");
        ContactEndpoints.Map(contacts);
        ExportContacts.Map(contacts);
        ImportEndpoints.Map(contacts);
        ContactNotes.Map(contacts);
        ContactBlocking.Map(contacts);
        ContactTimeline.Map(contacts);
        FindDuplicates.Map(contacts);
        RevealContact.Map(contacts);
        MergeContacts.Map(contacts);
        LinkEndpoints.Map(contacts);
        ContactConsents.Map(app, contacts);
        Segments.SegmentEndpoints.Map(app, contacts);
    }
}
