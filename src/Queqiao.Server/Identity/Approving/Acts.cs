namespace Queqiao.Server.Identity.Approving;

/// <summary>Deeds for which a workspace can ask for a second person. Names are stored: never rename. All are off until somebody switches them on.</summary>
internal static class Acts
{
    /// <summary>People's data in bulk leaves the system.</summary>
    public const string ExportContacts = "contacts.export";

    public const string EraseContacts = "contacts.erase";

    /// <summary>Roles, and who has them.</summary>
    public const string ChangeRoles = "roles.change";

    /// <summary>A colleague's second factor is taken away.</summary>
    public const string ResetAccess = "access.reset";

    public const string ChangeRetention = "retention.change";
    public const string RotateKeys = "keys.rotate";
    public const string ExportAudit = "audit.export";

    /// <summary>These rules themselves: needs a second person as soon as any other does.</summary>
    public const string ChangeRules = "approvals.rules";

    public static readonly IReadOnlyList<string> Settable = [ExportContacts, EraseContacts, ChangeRoles, ResetAccess, ChangeRetention, RotateKeys, ExportAudit];
}

/// <summary>Where a request stands. Stored and on the wire.</summary>
internal static class ApprovalState
{
    public const string Waiting = "waiting";

    /// <summary>The server carries it out, or its requester may fetch it.</summary>
    public const string Approved = "approved";

    public const string Done = "done";
    public const string Failed = "failed";
    public const string Refused = "refused";
    public const string Withdrawn = "withdrawn";
    public const string Expired = "expired";

    public static readonly IReadOnlyList<string> All = [Waiting, Approved, Done, Failed, Refused, Withdrawn, Expired];
}
