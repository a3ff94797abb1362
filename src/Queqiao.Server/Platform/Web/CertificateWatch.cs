using System.Runtime.InteropServices;

namespace Queqiao.Server.Platform.Web;

/// <summary>Has <see cref="Certificates"/> look again. By content and not by watching the file: tools renew through links, mounts and renames that raise no event.</summary>
internal sealed class CertificateWatch(Certificates certificates, TimeProvider clock, ILogger<CertificateWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true; // by itself it would end the process
            Look();
        });
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Look();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // stopping
        }
    }

    internal void Look()
    {
        try
        {
            if (certificates.Reload())
                log.LogInformation("New certificate, good until {Until:yyyy-MM-dd}", certificates.Current.NotAfter.ToUniversalTime());
        }
        catch (Exception trouble) when (Certificates.IsUnusable(trouble))
        {
            log.LogWarning("The new certificate cannot be used ({Kind}); the old one stays, good until {Until:yyyy-MM-dd}", trouble.GetType().Name, certificates.Current.NotAfter.ToUniversalTime());
        }
    }
}
