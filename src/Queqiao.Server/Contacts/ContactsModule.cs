using Microsoft.Extensions.DependencyInjection.Extensions;
using Queqiao.Server.Contacts.Consenting;
using Queqiao.Server.Contacts.Erasing;

namespace Queqiao.Server.Contacts;

/// <summary>People, what they are called, and what they agreed to.</summary>
internal static class ContactsModule
{
    public static void AddContacts(this IServiceCollection services)
    {
        services.AddSingleton<IContacts, ContactDirectory>();
        services.AddSingleton<IConsents, Consents>();
        services.AddSingleton<PurposeGate>();
        services.TryAddSingleton<IMergedContacts, NoMergedContacts>();
        services.AddSingleton<ErasureLedger>();
        services.AddSingleton<ErasingContacts>();
        services.AddSingleton<IEraser, EraseFiles>();
        services.AddHostedService<ErasureReplay>();
    }
}
