using System.Diagnostics;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Queqiao.Server.Platform.Security;

namespace Queqiao.Server.Tests.Platform.Security;

public sealed class PasswordTests
{
    [Theory]
    [InlineData("elevenchars", "too_short")]
    [InlineData("password1234", "password_common")]
    [InlineData("Password2024!!", "password_common")]
    [InlineData("P@ssw0rd2024", "password_common")]
    [InlineData("passwordpassword", "password_common")]
    [InlineData("123456789012", "password_common")]
    [InlineData("987654321098", "password_common")]
    [InlineData("abcdefghijklmn", "password_common")]
    [InlineData("aaaaaaaaaaaaa", "password_common")]
    [InlineData("abcabcabcabc", "password_common")]
    [InlineData("1qaz2wsx3edc", "password_common")]
    [InlineData("woaini1314520", "password_common")]
    [InlineData("ｐａｓｓｗｏｒｄ１２３４", "password_common")]
    [InlineData("correct horse battery staple", "password_common")]
    [InlineData("queqiao123456", "password_common")]
    [InlineData("my-xiaolin-2024", "password_contains_email")]
    [InlineData("XIAOLIN and more", "password_contains_email")]
    [InlineData("null\0character", "control_characters")]
    [InlineData("七座桥下的喜鹊在唱歌呢", "too_short")]
    public void Refused(string password, string code) => Assert.Equal(code, PasswordRules.FaultOf(password, "xiaolin@example.com")?.Code);

    [Theory]
    [InlineData("vcJ7!mpa0qL2")]
    [InlineData("the magpies build a bridge")]
    [InlineData("七座桥下的喜鹊在唱歌呢吗")]
    [InlineData("passwords are a nuisance")]
    [InlineData("138 0013 8000 lin")]
    [InlineData("half \ud800 a pair")]
    public void Taken(string password) => Assert.Null(PasswordRules.FaultOf(password, "xiaolin@example.com"));

    [Fact]
    public void Short_names_do_not_count_and_length_has_an_end()
    {
        Assert.Null(PasswordRules.FaultOf("the magpies build", "ma@example.com"));
        Assert.Null(PasswordRules.FaultOf(string.Concat(Enumerable.Range(0, 128).Select(i => (char)('a' + (i * i % 23)))), "x@example.com"));
        Assert.Equal("too_long", PasswordRules.FaultOf(string.Concat(Enumerable.Range(0, 129).Select(i => (char)('a' + (i * i % 23)))), "x@example.com")?.Code);
        Assert.True(CommonPasswords.Count > 500);
    }

    [Fact]
    public async Task A_hash_is_identity_version_3_with_sha512_and_210000_rounds()
    {
        using var hashing = new PasswordHashing();
        var (hash, busy) = await hashing.Hash("the magpies build", default);
        Assert.Null(busy);
        var bytes = Convert.FromBase64String(hash!);
        Assert.Equal("010000000200033450", Convert.ToHexString(bytes[..9]));
        Assert.Equal(PasswordVerdict.Right, (await hashing.Verify(hash, "the magpies build", default)).Verdict);
        Assert.Equal(PasswordVerdict.Wrong, (await hashing.Verify(hash, "the magpies built", default)).Verdict);
    }

    [Fact]
    public async Task Old_hashes_say_so_and_nobody_is_always_wrong()
    {
        using var hashing = new PasswordHashing(workers: 1, iterations: 2000);
        var old = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 })).HashPassword(this, "abc");
        Assert.Equal(PasswordVerdict.RightButRehash, (await hashing.Verify(old, "abc", default)).Verdict);
        Assert.Equal(PasswordVerdict.Wrong, (await hashing.Verify(old, "abd", default)).Verdict);
        Assert.Equal(PasswordVerdict.Wrong, (await hashing.Verify(null, "", default)).Verdict);
        Assert.Equal(PasswordVerdict.Wrong, (await hashing.Verify(null, "abc", default)).Verdict);
        Assert.Equal(PasswordVerdict.Wrong, (await hashing.Verify(old, new string('a', 100_000), default)).Verdict);
    }

    [Fact]
    public async Task An_unknown_account_costs_the_same()
    {
        // So many rounds take far longer than the bound on any machine, and a busy one only makes them slower: if the work is left
        // out, that shows; that it is equal follows from the same hasher with the same rounds.
        using var hashing = new PasswordHashing(workers: 1, iterations: 400_000);
        var old = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = 1000 })).HashPassword(this, "abc");
        foreach (var (stored, password) in new[] { ((string?)null, "abd"), (old, new string('a', 50_000)) })
        {
            var start = Stopwatch.GetTimestamp();
            Assert.Equal(PasswordVerdict.Wrong, (await hashing.Verify(stored, password, default)).Verdict);
            Assert.True(Stopwatch.GetElapsedTime(start) > TimeSpan.FromMilliseconds(25));
        }
    }

    [Fact]
    public async Task More_than_the_queue_is_told_to_come_back()
    {
        using var hashing = new PasswordHashing(workers: 1, iterations: 20_000);
        using var leave = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 1 + PasswordHashing.MostWaiting + 20).Select(_ => hashing.Hash("abc", leave.Token)).ToList();
        // A refusal is there at once; those who wait are still waiting.
        var refused = await Task.WhenAll(calls.Where(c => c.IsCompletedSuccessfully));
        refused = [.. refused.Where(r => r.Busy is not null)];
        Assert.InRange(refused.Length, 15, 20);
        Assert.Equal((503, "busy"), (refused[0].Busy!.Status, refused[0].Busy!.Code));
        Assert.NotNull(refused[0].Busy!.RetryAfter);
        await leave.CancelAsync();
        await Task.WhenAll(calls.Select(c => c.ContinueWith(_ => { }, TaskScheduler.Default)));
        Assert.NotNull((await hashing.Hash("abc", default)).Hash);
    }
}
