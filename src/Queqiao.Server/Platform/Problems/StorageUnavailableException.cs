namespace Queqiao.Server.Platform.Problems;

/// <summary>
/// The store cannot take or give data now (<c>storage_unavailable</c>), has no room left (<c>storage_full</c>) or too much to do (<c>busy</c>).
/// Answered with 503 and Retry-After; the request changed nothing.
/// </summary>
public sealed class StorageUnavailableException : Exception
{
    /// <param name="code"><c>storage_unavailable</c>, <c>storage_full</c> or <c>busy</c>.</param>
    /// <param name="retryAfter">When asking again makes sense.</param>
    /// <param name="cause">What the engine said; goes to the log only.</param>
    public StorageUnavailableException(string code, TimeSpan retryAfter, Exception? cause = null)
        : base($"The store refused: {code}", cause)
    {
        Code = code;
        RetryAfter = retryAfter;
    }

    public string Code { get; }

    public TimeSpan RetryAfter { get; }
}
