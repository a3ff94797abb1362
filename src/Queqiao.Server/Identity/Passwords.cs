using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Queqiao.Server.Identity.Agents;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Identity;

/// <summary>What comparing a password with its hash gave.</summary>
internal enum PasswordAnswer
{
    Wrong,
    Right,
    /// <summary>Right, and the stored hash is of an older making: hash again.</summary>
    RightButOld,
    /// <summary>Too many others are waiting; nothing was compared.</summary>
    Busy,
}

/// <summary>Passwords are hashed slowly on purpose, so few at a time.</summary>
internal sealed class Passwords : IDisposable
{
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private const int Least = 12;
    private const int Most = 128;
    private const int Rounds = 210_000;
    private readonly SemaphoreSlim _room = new(Math.Max(1, Environment.ProcessorCount / 2));
    private readonly string _nobody = Make("nobody has this password");
    private int _waiting;

    public static IEnumerable<(string Field, FieldFault Fault)> Check(string password, string email)
    {
        if (password.Length < Least)
            yield return ("password", new("too_short", Least));
        else if (password.Length > Most)
            yield return ("password", new("too_long", Most));
        else if (AgentRules.EmailKey(email).Split('@')[0] is { Length: >= 4 } own && password.Contains(own, StringComparison.OrdinalIgnoreCase))
            yield return ("password", new("password_contains_email"));
    }

    /// <summary>Null when too many are waiting.</summary>
    public Task<string?> Hash(string password, CancellationToken ct) => InTurn<string?>(() => Make(password), null, ct);

    /// <summary>Works as long for a hash that is not there.</summary>
    public Task<PasswordAnswer> Verify(string password, string? hash, CancellationToken ct) =>
        InTurn(() => Matches(password, hash ?? _nobody) && hash is not null ? PasswordAnswer.Right : PasswordAnswer.Wrong, PasswordAnswer.Busy, ct);

    private async Task<T> InTurn<T>(Func<T> work, T busy, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _waiting) > 50)
        {
            Interlocked.Decrement(ref _waiting);
            return busy;
        }
        try
        {
            await _room.WaitAsync(ct);
            try { return await Task.Run(work, ct); }
            finally { _room.Release(); }
        }
        finally { Interlocked.Decrement(ref _waiting); }
    }

    public void Dispose() => _room.Dispose();

    private static string Make(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC)), salt, Rounds, HashAlgorithmName.SHA512, 32);
        return string.Create(CultureInfo.InvariantCulture, $"pbkdf2-sha512${Rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    private static bool Matches(string password, string stored)
    {
        var parts = stored.Split('$');
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize(NormalizationForm.FormC)), Convert.FromBase64String(parts[2]),
            int.Parse(parts[1], CultureInfo.InvariantCulture), HashAlgorithmName.SHA512, 32);
        return CryptographicOperations.FixedTimeEquals(hash, Convert.FromBase64String(parts[3]));
    }
}
