using Queqiao.Server.Channels.Email.Receiving;
using Queqiao.Server.Channels.Web;
using Queqiao.Server.Channels.Web.Users;

namespace Queqiao.Server.Tests.Platform.Problems;

/// <summary>What people outside call themselves is shown to colleagues: it must read as what it is.</summary>
public sealed class NamesFromOutsideTests
{
    private const string Tricky = "Lin\u202egnp.exe\u200b";

    [Fact]
    public void Senders_and_subjects_of_mails_hide_nothing()
    {
        Assert.Equal("Lingnp.exe", MailWords.Name(Tricky));
        Assert.Null(MailWords.Name("\u200b \u2066"));
        Assert.Null(MailWords.Name(null));
        Assert.Equal("Lingnp.exe again", MailWords.Subject(Tricky + "\nagain"));
    }

    [Fact]
    public void Names_that_a_site_has_signed_hide_nothing() =>
        Assert.Equal("Lingnp.exe", new VisitorPapers(new VerifiedUser("u1", Tricky)).For(new CustomerIdentity(Guid.NewGuid(), "v1"), null).Name);
}
