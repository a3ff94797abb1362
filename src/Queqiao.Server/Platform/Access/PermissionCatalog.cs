namespace Queqiao.Server.Platform.Access;

/// <summary>What is known about a permission besides its name.</summary>
/// <param name="Duty">Whose deed it is when duties are kept apart (<see cref="Duties"/>); null: anybody's.</param>
/// <param name="Handling">Changes conversations: where is said by a role's handling.</param>
/// <param name="Scoped">Reaches only what the role shows.</param>
/// <param name="Sensitive">A role may ask for a fresh proof.</param>
internal sealed record PermissionFacts(string Name, string? Duty = null, bool Handling = false, bool Scoped = false, bool Sensitive = false)
{
    /// <summary>The thing, before the dot.</summary>
    public string Resource => Name[..Name.IndexOf('.', StringComparison.Ordinal)];
}

/// <summary>Every permission, in the order in which they are shown to people. A test compares it with <see cref="Permissions"/>.</summary>
internal static class PermissionCatalog
{
    public static readonly IReadOnlyList<PermissionFacts> All =
    [
        new(Permissions.ReadConversations, Scoped: true),
        new(Permissions.Reply, Handling: true, Scoped: true),
        new(Permissions.Assign, Handling: true, Scoped: true),
        new(Permissions.Supervise, Scoped: true),
        new(Permissions.ReadContacts, Scoped: true),
        new(Permissions.EditContacts, Scoped: true),
        new(Permissions.MergeContacts, Scoped: true),
        new(Permissions.BlockContacts, Scoped: true),
        new(Permissions.ImportContacts, Sensitive: true),
        new(Permissions.ExportContacts, Scoped: true, Sensitive: true),
        new(Permissions.EraseContacts, Scoped: true, Sensitive: true),
        new(Permissions.ReadCustomerData, Scoped: true),
        new(Permissions.CreateTags),
        new(Permissions.ManageTags),
        new(Permissions.ShareViews),
        new(Permissions.ManageReplies),
        new(Permissions.ReadKnowledge),
        new(Permissions.WriteKnowledge),
        new(Permissions.PublishKnowledge),
        new(Permissions.ManageKnowledge),
        new(Permissions.ReadAgents),
        new(Permissions.ReadChannels),
        new(Permissions.ManageAgents, Duties.System, Sensitive: true),
        new(Permissions.ManageChannels, Duties.System, Sensitive: true),
        new(Permissions.ManageFields, Duties.System),
        new(Permissions.ManageConversations, Duties.System),
        new(Permissions.ManageRouting, Duties.System),
        new(Permissions.ManageCustomerData, Duties.System, Sensitive: true),
        new(Permissions.ManageWorkspace, Duties.System, Sensitive: true),
        new(Permissions.ManageJobs, Duties.System),
        new(Permissions.ManageRoles, Duties.Security, Sensitive: true),
        new(Permissions.ManageSecurity, Duties.Security, Sensitive: true),
        new(Permissions.GrantAny, Duties.Security, Sensitive: true),
        new(Permissions.DecideApprovals, Sensitive: true),
        new(Permissions.ReadAudit, Duties.Audit, Sensitive: true),
        new(Permissions.Own),
    ];

    private static readonly Dictionary<string, PermissionFacts> ByName = All.ToDictionary(one => one.Name, StringComparer.Ordinal);

    public static PermissionFacts? Find(string permission) => ByName.GetValueOrDefault(permission);

    public static bool IsHandling(string permission) => Find(permission)?.Handling == true;

    public static bool HasScope(string permission) => Find(permission)?.Scoped == true;

    public static bool IsSensitive(string permission) => Find(permission)?.Sensitive == true;
}
