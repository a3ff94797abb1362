using Queqiao.Server.Identity.Approving;

namespace Queqiao.Server.Identity;

/// <summary>For endpoints of other modules: <c>.NeedsSecondPerson(SecondPersonActs.EraseContacts)</c>.</summary>
internal static class SecondPersonActs
{
    public const string ExportContacts = Acts.ExportContacts;
    public const string EraseContacts = Acts.EraseContacts;
    public const string ChangeRetention = Acts.ChangeRetention;
    public const string ChangeRoles = Acts.ChangeRoles;
}
