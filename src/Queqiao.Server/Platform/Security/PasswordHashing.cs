using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Queqiao.Server.Platform.Problems;

namespace Queqiao.Server.Platform.Security;

/// <summary>What a password turned out to be.</summary>
internal enum PasswordVerdict
{
    Wrong,
    Right,

    /// <summary>Right, and hashed with less work than today's: hash it again and store that.</summary>
    RightButRehash,
}

/// <summary>
/// PBKDF2-HMAC-SHA512 with 210,000 rounds in ASP.NET Identity's format V3. One check costs 160–220 ms of a core, so at most half the
/// cores work on it and at most 50 callers wait; more are refused with <c>busy</c> instead of slowing everybody down.
/// </summary>
internal sealed class PasswordHashing : IDisposable
{
    public const int Iterations = 210_000;
    public const int MostWaiting = 50;
    private static readonly TimeSpan ComeBackIn = TimeSpan.FromSeconds(5);

    private readonly PasswordHasher<object> _hasher;
    private readonly SemaphoreSlim _workers;
    private readonly int _workerCount;
    private readonly string _nobody;
    private int _inside;
    private long _checks;

    /// <summary>How many passwords were hashed: every answer to a sign-in costs one, whoever is named.</summary>
    internal long Checks => Interlocked.Read(ref _checks);

    public PasswordHashing()
        : this(Math.Max(1, Environment.ProcessorCount / 2), Iterations)
    {
    }

    internal PasswordHashing(int workers, int iterations)
    {
        _workerCount = workers;
        _workers = new SemaphoreSlim(workers);
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        _nobody = HashOfNobody(iterations);
    }

    /// <summary>The text to store. Exactly one of the two is null.</summary>
    public async Task<(string? Hash, Refusal? Busy)> Hash(string password, CancellationToken ct)
    {
        string? hash = null;
        var busy = await Work(() => hash = _hasher.HashPassword(this, password), ct);
        return (hash, busy);
    }

    /// <summary>
    /// Compares in constant time. Give null (or empty: no password) for an account that does not exist or may not sign in: the work is the same and the
    /// answer is <see cref="PasswordVerdict.Wrong"/>.
    /// </summary>
    public async Task<(PasswordVerdict Verdict, Refusal? Busy)> Verify(string? hash, string password, CancellationToken ct)
    {
        // No stored password is longer; the work must not grow with what the caller sends.
        var possible = hash is { Length: > 0 } && password.Length <= PasswordRules.Longest * 2;
        var verdict = PasswordVerdict.Wrong;
        var busy = await Work(() => verdict = VerdictOf(possible ? hash! : _nobody, possible ? password : "", possible), ct);
        return (verdict, busy);
    }

    public void Dispose() => _workers.Dispose();

    private PasswordVerdict VerdictOf(string hash, string password, bool possible)
    {
        var result = _hasher.VerifyHashedPassword(this, hash, password);
        return (possible, result) switch
        {
            (true, PasswordVerificationResult.Success) => PasswordVerdict.Right,
            (true, PasswordVerificationResult.SuccessRehashNeeded) => PasswordVerdict.RightButRehash,
            _ => PasswordVerdict.Wrong,
        };
    }

    private async Task<Refusal?> Work(Action work, CancellationToken ct)
    {
        if (Interlocked.Increment(ref _inside) > _workerCount + MostWaiting)
        {
            Interlocked.Decrement(ref _inside);
            return Refusal.Unavailable("busy", ComeBackIn);
        }
        try
        {
            Interlocked.Increment(ref _checks);
            await _workers.WaitAsync(ct);
            try
            {
                await Task.Run(work, ct);
                return null;
            }
            finally
            {
                _workers.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }
    }

    // Format V3: 01, PRF (2 = HMAC-SHA512), rounds, length of the salt (16), salt, 32 bytes that no password gives.
    private static string HashOfNobody(int iterations)
    {
        var bytes = RandomNumberGenerator.GetBytes(13 + 16 + 32);
        bytes[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), 2);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), (uint)iterations);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), 16);
        return Convert.ToBase64String(bytes);
    }
}
