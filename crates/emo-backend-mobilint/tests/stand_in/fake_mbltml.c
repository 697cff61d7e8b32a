/* A stand-in of our own for the vendor's libmbltml, version 1, for tests alone: two devices of one type and one of
 * another, each with numbers that tell which device and which function it was. */

typedef unsigned int status;

static int initialized = 0;

status mbltmlInit(void) {
    ++initialized;
    return initialized == 1 ? 0 : 3;
}

status mbltmlShutdown(void) {
    --initialized;
    return 0;
}

static int devices(unsigned type) { return type == 3 ? 2 : type == 2 ? 1 : 0; }

static status valid(unsigned type, int number) {
    if (initialized != 1) {
        return 1;
    }
    return devices(type) == 0 ? 6 : number < 0 || number >= devices(type) ? 3 : 0;
}

status mbltmlGetTargetDeviceCount(unsigned type, unsigned *count) {
    *count = (unsigned)devices(type);
    return initialized == 1 ? 0 : 1;
}

status mbltmlGetNodeName(unsigned type, int number, char *name, int len) {
    const char *names[] = {"/dev/aries0", "/dev/aries1", "/dev/regulus-npu0"};
    const char *found = names[type == 3 ? number : 2];
    int i = 0;
    while (i + 1 < len && found[i] != 0) {
        name[i] = found[i];
        ++i;
    }
    name[i] = 0;
    return valid(type, number);
}

static status give(unsigned type, int number, double value, double *out) {
    status s = valid(type, number);
    /* Power, current and voltage are told of an ARIES alone. */
    if (s == 0 && type != 3 && value < 90) {
        return 4;
    }
    *out = s == 0 ? value : -1.0;
    return s;
}

status mbltmlGetTotalPower(unsigned type, int number, double *out) { return give(type, number, 10.5 + number, out); }
status mbltmlGetTotalCurrent(unsigned type, int number, double *out) { return give(type, number, 1.25 + number, out); }
status mbltmlGetTotalVoltage(unsigned type, int number, double *out) { return give(type, number, -1.0, out); }

status mbltmlGetTotalUtilization(unsigned type, int number, double *out) {
    status s = give(type, number, 90, out);
    if (s == 0) {
        *out = 0.375;
    }
    return s;
}

status mbltmlGetTemperature(unsigned type, int number, int *out) {
    *out = 40 + number;
#ifdef FAKE_BROKEN_THERMOMETER
    return 77;
#else
    return valid(type, number);
#endif
}
