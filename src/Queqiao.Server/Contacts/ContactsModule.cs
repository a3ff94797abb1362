using Queqiao.Server.Contacts.Consenting;

namespace Queqiao.Server.Contacts;

/// <summary>People, what they are called, and what they agreed to.</summary>
internal static class ContactsModule
{
    public static void AddContacts(this IServiceCollection services)
    {
        services.AddSingleton<IContacts, ContactDirectory>();
        services.AddSingleton<IConsents, Consents>();
        services.AddSingleton<PurposeGate>();
    }
}
