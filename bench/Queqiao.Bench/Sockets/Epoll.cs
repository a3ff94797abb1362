using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Queqiao.Bench.Sockets;

/// <summary>
/// Readiness of many sockets on one thread (epoll(7)). The framework's sockets would do, but hand every event to the
/// thread pool, which costs this machine more than the traffic itself.
/// </summary>
internal sealed partial class Epoll : IDisposable
{
    public const uint In = 0x1;
    public const uint Out = 0x4;

    private const int Add = 1;
    private const int Remove = 2;
    private const int Change = 3;
    private const int Interrupted = 4; // EINTR

    /// <summary>struct epoll_event is packed on x86-64 only.</summary>
    private static readonly int Size = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly int _handle;
    private readonly byte[] _ready;
    private readonly byte[] _one = new byte[16];

    public Epoll(int mostAtOnce)
    {
        _ready = new byte[Size * mostAtOnce];
        _handle = Checked(epoll_create1(0));
    }

    public void Watch(int socket, int tag, uint events) => Control(Add, socket, tag, events);

    public void Rewatch(int socket, int tag, uint events) => Control(Change, socket, tag, events);

    public void Forget(int socket) => Control(Remove, socket, 0, 0);

    /// <summary>Waits until something is ready or the time is up; the ready ones are then asked for with <see cref="Ready"/>.</summary>
    public int Wait(long nanoseconds)
    {
        var time = new TimeSpec { Seconds = nanoseconds / Clock.Second, Nanoseconds = nanoseconds % Clock.Second };
        var count = epoll_pwait2(_handle, ref _ready[0], _ready.Length / Size, in time, 0);
        return count < 0 && Marshal.GetLastPInvokeError() == Interrupted ? 0 : Checked(count);
    }

    public (int Tag, uint Events) Ready(int i)
    {
        var entry = _ready.AsSpan(i * Size, Size);
        return ((int)BinaryPrimitives.ReadInt64LittleEndian(entry[(Size - 8)..]), BinaryPrimitives.ReadUInt32LittleEndian(entry));
    }

    private void Control(int act, int socket, int tag, uint events)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_one, events);
        BinaryPrimitives.WriteInt64LittleEndian(_one.AsSpan(Size - 8), tag);
        Checked(epoll_ctl(_handle, act, socket, ref _one[0]));
    }

    private static int Checked(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    public void Dispose() => _ = close(_handle);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

#pragma warning disable IDE1006, SYSLIB1092, CA5392 // the C library's own names
    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int act, int socket, ref byte entry);

    /// <summary>Linux 5.11 and glibc 2.35: the only wait that sleeps for less than a millisecond.</summary>
    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_pwait2(int epoll, ref byte entries, int most, in TimeSpec time, nint signals);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int handle);
#pragma warning restore IDE1006, SYSLIB1092, CA5392
}
