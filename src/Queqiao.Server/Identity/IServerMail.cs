using Queqiao.Server.Platform.Storage;

namespace Queqiao.Server.Identity;

/// <summary>Mail that the server itself writes to colleagues: links that they need, and what they should hear. Only where an outgoing server is set up.</summary>
internal interface IServerMail
{
    /// <summary>Within the transaction of what happened: both or neither.</summary>
    /// <returns>False: it does not go by mail here.</returns>
    Task<bool> Post(WriteUnit unit, Letter letter, CancellationToken ct);
}

/// <param name="Kind">One of <see cref="LetterKinds"/> or <see cref="NoticeKinds"/>.</param>
/// <param name="Workspace">What the firm is called here.</param>
/// <param name="To">Their address.</param>
/// <param name="Language">In which it is written.</param>
/// <param name="Link">A whole address to follow; null: the letter's own place in the console.</param>
internal sealed record Letter(string Kind, string Workspace, string To, string Language, string? Link = null)
{
    public string? Name { get; init; }

    /// <summary>Who caused it, as people know them.</summary>
    public string? By { get; init; }

    /// <summary>What it is about: an id.</summary>
    public string? About { get; init; }

    public override string ToString() => "letter " + Kind;
}

internal static class LetterKinds
{
    public const string Invitation = "invitation";
    public const string PasswordReset = "password_reset";
}

/// <summary>Where nothing is set up to write mail.</summary>
internal sealed class NoServerMail : IServerMail
{
    public Task<bool> Post(WriteUnit unit, Letter letter, CancellationToken ct) => Task.FromResult(false);
}
